// @vitest-environment happy-dom
/** One distribution, the text by log-probability, and the prediction of each layer, for the input and step on screen. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LabError } from '@core/errors'
import { firstModel } from '@core/graph/testing'
import { useAnalysis } from '../../stores/analysis'
import { useFiles } from '../../stores/files'
import { useLab } from '../../stores/lab'
import { useLooks } from '../../stores/looks'
import { useRun } from '../../stores/run'
import { useTask } from '../../stores/task'
import { fakeHost, type FakeHost } from '../../testing/fake-host'
import { fakeLook } from '../../testing/fake-looks'
import { mountIn } from '../../testing/mounting'
import ProbabilitiesPanel from './ProbabilitiesPanel.vue'

let host: FakeHost
let page: ReturnType<typeof mountIn>
const at = (name: string) => page.get(`[data-testid="${name}"]`)
const find = (name: string) => page.find(`[data-testid="${name}"]`)
/** At every position, class 0 has half of the probability, class 1 a quarter; the others share the rest. */
function answer(classes: number): void {
  host.look = (request) => {
    const row = Array.from({ length: classes }, (_, id) => Math.log(id === 0 ? 0.5 : id === 1 ? 0.25 : 0.25 / (classes - 2)))
    const length = 6
    const data = Float32Array.from(Array.from({ length }, () => row).flat())
    const values = { 'classifier/logits': { axes: ['token', 'class'], shape: [length, classes], data } }
    return { ...fakeLook(request), values: request.values.length > 0 ? values : {} }
  }
}
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  await open(firstModel(8, 2))
  answer(useTask().spec!.classes.length)
  page = mountIn(host, ProbabilitiesPanel)
})
afterEach(() => {
  page.unmount()
  document.body.replaceChildren()
})
async function open(document: ReturnType<typeof firstModel>): Promise<void> {
  useFiles().open(document)
  await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
  await vi.waitFor(() => expect(useTask().spec).not.toBeNull())
}
async function trained(): Promise<void> {
  await useRun().play()
  await vi.waitFor(() => expect(find('distribution').exists()).toBe(true))
}

it('asks for training when there is no model', () => {
  expect(page.text()).toContain('Click Train')
  expect(host.callsOf('models.lens')).toEqual([])
})

it('shows the ten most probable classes, the ground truth, and the entropy', async () => {
  await trained()
  const rows = page.findAll('[data-testid="distribution"] tbody tr').map((row) => row.findAll('td').map((cell) => cell.text()))
  expect(rows[0]).toEqual(['', '0.500', '−0.69'])
  expect(rows[1]).toEqual(['', '0.250', '−1.39'])
  // By hand: ½ ln 2 + ¼ ln 4 + ¼ ln(4 n) with n other classes.
  const others = useTask().spec!.classes.length - 2
  const entropy = 0.5 * Math.log(2) + 0.25 * Math.log(4) + 0.25 * Math.log(4 * others)
  expect(at('entropy').text()).toBe(`${entropy.toFixed(3)} nats`)
  expect(page.findAll('[data-testid="distribution"] tr.truth')).toHaveLength(1)
})

it('gives each token its log-probability, the mean loss and the perplexity; a token chooses the position', async () => {
  await trained()
  // Targets of the sample are 1, 2 and 3: probabilities ¼ and twice ¼ / n.
  const others = useTask().spec!.classes.length - 2
  const loss = (Math.log(4) + 2 * Math.log(4 * others)) / 3
  expect(at('text-score').text()).toContain(`mean loss ${loss.toFixed(3)}`)
  expect(at('text-score').text()).toContain(`perplexity ${Math.exp(loss).toFixed(2)}`)
  expect(at('token-2').attributes('aria-pressed')).toBe('true') // the last one of a new input
  await at('token-0').trigger('click')
  expect(at('token-0').attributes('aria-pressed')).toBe('true')
  expect(at('token-0').attributes('aria-label')).toContain('log p = −1.386, p = 0.250')
  await at('token-1').trigger('focus')
  expect(at('token-readout').text()).toBe(at('token-1').attributes('aria-label'))
})

describe('the layers', () => {
  it('are asked for the input, with its mutes, and again when it changes', async () => {
    await trained()
    await vi.waitFor(() => expect(find('layer-table').exists()).toBe(true))
    expect(host.callsOf('models.lens').at(-1)).toMatchObject({ input: { sample: 0 }, mutes: {} })
    const rows = page.findAll('[data-testid="layer-table"] tbody tr').map((row) => row.text())
    expect(rows).toHaveLength(2)
    expect(rows[0]).toContain('0.37') // e⁻¹
    expect(rows[1]).toContain('0.61') // e⁻½
    useLab().setMutes({ 'multi-head/heads': [0, 1] })
    useLooks().chooseSample(2)
    await vi.waitFor(() =>
      expect(host.callsOf('models.lens').at(-1)).toMatchObject({
        input: { sample: 2 },
        mutes: { 'multi-head/heads': [0, 1] },
      }),
    )
  })

  it('are absent for a reason', async () => {
    host.failing.set('models.lens', new LabError('lens.too-large', { count: 40_000_000, most: 33_554_432 }))
    await trained()
    await vi.waitFor(() => expect(at('lens-problem').text()).toContain('at most 33554432 are computed at once'))
  })
})

it('of a task with numbers or several labels, there is no distribution, and the reason is given', async () => {
  await open({ ...firstModel(8, 2), task: { kind: 'adding', params: {} } })
  await vi.waitFor(() => expect(at('no-distribution').text()).toContain('predicts one number'))
  await open({ ...firstModel(8, 2), task: { kind: 'topics', params: {} } })
  await vi.waitFor(() => expect(at('no-distribution').text()).toContain('Several labels can be true at once'))
  expect(find('own-text').exists()).toBe(false)
})
