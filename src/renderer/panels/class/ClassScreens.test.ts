// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { PupilView } from '@core/contract/class'
import { LabError } from '@core/errors'
import { useNotices } from '../../stores/notices'
import { fakeHost, smallLab, type FakeHost } from '../../testing/fake-host'
import { mountIn } from '../../testing/mounting'
import ClassScreens from './ClassScreens.vue'

/** Elements are in view when the test says so. */
class FakeObserver {
  static readonly all = new Map<Element, FakeObserver>()
  constructor(readonly tell: (entries: readonly { readonly isIntersecting: boolean }[]) => void) {}
  observe(element: Element): void {
    FakeObserver.all.set(element, this)
  }
  unobserve(): void {}
  disconnect(): void {}
}
let host: FakeHost
let page: ReturnType<typeof mountIn>
beforeEach(() => {
  localStorage.clear()
  FakeObserver.all.clear()
  vi.stubGlobal('IntersectionObserver', FakeObserver)
  host = fakeHost()
})
afterEach(() => {
  page.unmount()
  vi.unstubAllGlobals()
})

const view = (id: string, change: Partial<PupilView> = {}): PupilView => ({
  ...{ id: id.repeat(12), name: `Pupil ${id}`, isConnected: true, lesson: null, run: null, help: [], handedIn: 0 },
  ...change,
})
/** Observers begin once everything is in place. */
async function show(pupils: readonly PupilView[]): Promise<void> {
  page = mountIn(host, ClassScreens, { pupils })
  await nextTick()
}
const tile = (id: string) => page.get(`[data-pupil="${id.repeat(12)}"]`)
const scroll = (id: string, isIntersecting: boolean): void => FakeObserver.all.get(tile(id).element)!.tell([{ isIntersecting }])
const streamed = () => host.streams('class.screens').map(({ argument }) => argument.pupils)
const names = () => page.findAll('.tile strong').map((each) => each.text())

describe('the screens of a class', () => {
  it('are followed while they are in view, and only those', async () => {
    await show([view('a'), view('b'), view('c', { isConnected: false })])
    expect(names()).toEqual(['Pupil a', 'Pupil b'])
    expect(streamed()).toEqual([])
    scroll('a', true)
    scroll('b', true)
    await vi.waitFor(() => expect(streamed()).toEqual([['a'.repeat(12), 'b'.repeat(12)]]))
    scroll('a', false)
    await vi.waitFor(() => expect(streamed()).toEqual([['b'.repeat(12)]]))
  })

  it('show what has changed beside what is known', async () => {
    await show([view('a')])
    expect(tile('a').text()).not.toContain('No lab is open')
    scroll('a', true)
    await vi.waitFor(() => expect(streamed()).toHaveLength(1))
    const { title, graph } = smallLab()
    const [stream] = host.streams('class.screens')
    stream!.part({ ['a'.repeat(12)]: { lab: { title, blocks: 3, graph }, curve: null } })
    await vi.waitFor(() => expect(tile('a').findAll('rect')).toHaveLength(3))
    stream!.part({ ['a'.repeat(12)]: { curve: { steps: Int32Array.of(1, 2), values: Float32Array.of(2, 1) } } })
    await vi.waitFor(() => expect(tile('a').find('polyline').exists()).toBe(true))
    expect(tile('a').findAll('rect')).toHaveLength(3)
    stream!.part({ ['a'.repeat(12)]: { lab: { title: 'Huge', blocks: 900, graph: null } } })
    await vi.waitFor(() => expect(tile('a').text()).toContain('900 blocks'))
    stream!.part({ ['a'.repeat(12)]: { lab: null } })
    await vi.waitFor(() => expect(tile('a').text()).toContain('No lab is open'))
  })

  it('are those who need help, or those that were selected', async () => {
    await show([view('a'), view('b', { help: ['asked'] })])
    await page.get('[data-testid="screens-help"]').trigger('click')
    expect(names()).toEqual(['Pupil b'])
    await page.get('[data-testid="screens-pinned"]').trigger('click')
    expect(page.text()).toContain('Select pupils with the pin')
    await page.get('[data-testid="screens-all"]').trigger('click')
    await page.get('[data-testid="pin-Pupil a"]').trigger('click')
    await page.get('[data-testid="screens-pinned"]').trigger('click')
    expect(names()).toEqual(['Pupil a'])
  })

  it('are enlarged one at a time, from the keyboard and back', async () => {
    await show([view('a'), view('b')])
    scroll('b', true)
    await vi.waitFor(() => expect(streamed()).toHaveLength(1))
    await tile('b').get('.open').trigger('click')
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('data-testid')).toBe('screens-back'))
    expect(host.callsOf('class.screen')).toEqual([{ pupil: 'b'.repeat(12) }])
    await vi.waitFor(() => expect(streamed()).toEqual([]))
    await page.get('[data-testid="screens-back"]').trigger('keydown', { key: 'Escape' })
    await vi.waitFor(() => expect(document.activeElement).toBe(tile('b').get('.open').element))
  })

  it('say why they cannot be followed', async () => {
    host.failing.set('class.screens', new LabError('class.none'))
    await show([view('a')])
    scroll('a', true)
    await vi.waitFor(() => expect(useNotices().notices.at(-1)).toMatchObject({ content: { code: 'class.none' } }))
  })
})
