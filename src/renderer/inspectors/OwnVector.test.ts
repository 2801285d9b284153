// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fakeHost } from '../testing/fake-host'
import { mountIn } from '../testing/mounting'
import OwnVector from './OwnVector.vue'

let page: ReturnType<typeof mountIn>
beforeEach(() => {
  localStorage.clear()
  page = mountIn(fakeHost(), OwnVector, { epsilon: 0 })
})
afterEach(() => page.unmount())

const normalised = async (text: string): Promise<string[]> => {
  await page.get('[data-testid="own-vector"]').setValue(text)
  return page.findAll('[data-testid="own-vector-steps"] dd').map((each) => each.text())
}

it('computes layer norm by hand', async () => {
  // Mean 4, variance (4 + 0 + 0 + 4) / 4 = 2, so x̂ = ∓2/√2 or 0.
  expect(await normalised('2, 4, 4, 6')).toEqual(['4.00', '2.00', '−1.414, 0.000, 0.000, 1.414'])
})

it('does not change when a number is added to all, or all are doubled', async () => {
  const [, , before] = await normalised('2, 4, 4, 6')
  expect((await normalised('12 14 14 16'))[2]).toBe(before)
  expect((await normalised('4、8、8、12'))[2]).toBe(before)
})

it('asks for numbers where there are none', async () => {
  expect(await normalised('2, many')).toEqual([])
  expect(page.get('[role="status"]').text()).toContain('1 to 32 numbers')
  expect(await normalised('')).toEqual([])
})
