// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { LabError } from '@core/errors'
import { fakeHost, type FakeHost } from '../testing/fake-host'
import { useHandIns } from './hand-ins'
import { useNotices } from './notices'

let host: FakeHost
beforeEach(() => {
  host = fakeHost(undefined, { person: 'ada', role: 'learner', workspace: 'ada' })
})
const work = { kit: 'a'.repeat(64), runs: [{ assignment: 'one', run: 'run-1' }] }
const sent = () => host.callsOf('class.handIn') as { readonly id: string }[]
const told = () => useNotices().notices.map(({ content }) => ('code' in content ? content.code : content.key))

describe('handing in', () => {
  it('sends once, and says so', async () => {
    host.answering.set('class.handIn', () => ({ file: 'x', pupil: 'Ada', time: 1, bytes: 1 }))
    await useHandIns().handIn(work)
    expect(sent()).toMatchObject([work])
    expect([useHandIns().waiting, told()]).toEqual([[], ['class.handedIn']])
  })

  it('waits for the connection with the same id, however often it is pressed', async () => {
    const handIns = useHandIns()
    host.failing.set('class.handIn', new LabError('connection-closed'))
    await handIns.handIn(work)
    await handIns.handIn(work)
    expect(handIns.waiting).toHaveLength(1)
    expect(told()).toContain('class.handInWaits')
    host.failing.clear()
    host.answering.set('class.handIn', () => ({ file: 'x', pupil: 'Ada', time: 1, bytes: 1 }))
    host.disconnect()
    await vi.waitFor(() => expect(handIns.waiting).toEqual([]), 5000)
    expect(new Set(sent().map(({ id }) => id)).size).toBe(1)
    expect(told().filter((code) => code === 'class.handedIn')).toHaveLength(1)
  })

  it('that is refused says why, and does not keep the next one waiting', async () => {
    host.failing.set('class.handIn', new LabError('class.too-many-works', { most: 1 }))
    await useHandIns().handIn(work)
    expect([useHandIns().waiting, told()]).toEqual([[], ['class.too-many-works']])
  })
})
