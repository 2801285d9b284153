/** An installed lab meets a desk: over the network, without it, and once it is back. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DeskLink } from '@core/contract/desk-link'
import { newAbort } from '@core/contract/cancel'
import { fakeKit, fakeWorkers } from '../service/testing/fake-workers'
import { clientOf, description, type LabClient } from '../service/testing/clients'
import { pageHost } from '../service/page-host'
import { createService, type Service } from '../service/service'
import { deskAddress } from '../web/desk-client'
import { findPageFiles } from '../web/page-files'
import { startWebServer, type WebServer } from '../web/server'
import { createDoor } from './door'
import { openRoll, type Roll } from './roll'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
let folder: string
let roll: Roll
let desk: { readonly service: Service; readonly server: WebServer; readonly teacher: LabClient }
let service: Service
let lab: LabClient
let port = 0

async function openDesk(): Promise<void> {
  const home = join(folder, 'desk')
  roll = await openRoll(home, 'Class 3')
  const opened = await createService({ home, labs, spawn: fakeWorkers().spawn, roll })
  const onConnect = (port: Parameters<Service['connect']>[0], client: Parameters<Service['connect']>[1]): void =>
    void opened.connect(port, client, pageHost(description))
  const files = await findPageFiles(folder)
  const server = await startWebServer({ files, host: '127.0.0.1', port, door: createDoor(roll), onConnect })
  ;({ port } = server)
  desk = { service: opened, server, teacher: clientOf(opened) }
}
async function closeDesk(): Promise<void> {
  await desk.server.close()
  await desk.service.close()
}
async function openLab(): Promise<void> {
  service = await createService({ home: join(folder, 'lab'), labs, spawn: fakeWorkers().spawn })
  lab = clientOf(service)
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attention-lab-link-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  port = 0
  await openDesk()
  await openLab()
})
afterEach(async () => {
  await service.close()
  await closeDesk()
  await rm(folder, { recursive: true, force: true })
})

const address = (): string => `127.0.0.1:${port}`
const meet = (): Promise<DeskLink> => lab.call['desk.meet']({ address: address(), name: 'Ada', code: roll.code })
async function linkNow(): Promise<DeskLink | null> {
  const abort = newAbort()
  return new Promise((done, failed) => {
    const onPart = (part: DeskLink | null): void => {
      done(part)
      abort.abort()
    }
    lab.call['desk.watch']({}, { signal: abort.signal, onPart }).catch(failed)
  })
}
const handOut = async (): Promise<void> => {
  const { id: kit } = await desk.teacher.call['kits.add']({ bytes: new Uint8Array([0xaa]) })
  await desk.teacher.call['class.change']({ kit })
}

describe('an address', () => {
  it.each([
    ['10.0.0.5:7070', 'http://10.0.0.5:7070'],
    [' http://192.168.1.2/ ', 'http://192.168.1.2:80'],
    ['172.31.0.1:80', 'http://172.31.0.1:80'],
  ])('%s', (typed, found) => expect(deskAddress(typed)).toBe(found))

  it.each([
    '8.8.8.8:7070',
    '172.32.0.1',
    'example.com',
    'http://10.0.0.5:7070/path',
    '10.0.0.5:70707',
    '10.0.0',
    'https://10.0.0.5',
    '1.2.3.4@10.0.0.5',
    '',
  ])('outside the room is refused: %s', (typed) =>
    expect(() => deskAddress(typed)).toThrow(expect.objectContaining({ code: 'desk.address' })),
  )
})

describe('a lab', () => {
  it('has met no desk at first, and meets none with a wrong code', async () => {
    expect(await linkNow()).toBeNull()
    await expect(lab.call['desk.meet']({ address: address(), name: 'Ada', code: '0000' })).rejects.toMatchObject({
      code: 'class.wrong-code',
    })
    await expect(lab.call['desk.meet']({ address: '127.0.0.1:9', name: 'Ada', code: '0000' })).rejects.toMatchObject({
      code: 'desk.unreachable',
    })
    await expect(lab.call['desk.fetchKit']({})).rejects.toMatchObject({ code: 'desk.none' })
    expect(await linkNow()).toBeNull()
  })

  it('fetches the kit and hands in; the desk is known after a restart', async () => {
    const met = await meet()
    expect(met).toMatchObject({ title: 'Class 3', name: 'Ada', isReachable: true, waiting: 0, kit: null })
    expect(met.key).toBe(roll.pupils[0]!.key)
    await expect(lab.call['desk.fetchKit']({})).rejects.toMatchObject({ code: 'kit.unknown' })
    await handOut()
    const kit = await lab.call['desk.fetchKit']({})
    expect(await lab.call['kits.list']({})).toEqual([fakeKit(0xaa)])
    await lab.call['desk.handIn']({ kit, runs: [] })
    expect(await desk.teacher.call['class.works']({})).toMatchObject([{ pupil: 'Ada' }])
    await service.close()
    await openLab()
    expect(await linkNow()).toMatchObject({ title: 'Class 3', kit, waiting: 0 })
    await lab.call['desk.leave']({})
    expect(await linkNow()).toBeNull()
  })

  it('works on while the network is away, and everything arrives once when it is back', async () => {
    await meet()
    await handOut()
    const kit = await lab.call['desk.fetchKit']({})
    await closeDesk()
    await lab.call['desk.handIn']({ kit, runs: [] })
    await lab.call['desk.handIn']({ kit, runs: [] })
    expect(await linkNow()).toMatchObject({ isReachable: false, waiting: 2 })
    await service.close() // overnight
    await openLab()
    expect(await linkNow()).toMatchObject({ waiting: 2 })
    await openDesk()
    await lab.call['desk.meet']({ address: address(), key: roll.pupils[0]!.key })
    await vi.waitFor(async () => expect(await linkNow()).toMatchObject({ isReachable: true, waiting: 0 }), 5000)
    expect(await desk.teacher.call['class.works']({})).toHaveLength(2)
    expect(await readdir(join(folder, 'lab', 'outbox'))).toEqual([])
  })

  it('sends nothing that waits for one desk to another', async () => {
    await meet()
    await handOut()
    const kit = await lab.call['desk.fetchKit']({})
    await closeDesk()
    await lab.call['desk.handIn']({ kit, runs: [] })
    await rm(join(folder, 'desk', 'class.json')) // another class at the same address
    await openDesk()
    expect(await meet()).toMatchObject({ waiting: 0 })
    expect(await desk.teacher.call['class.works']({})).toHaveLength(0)
    expect(await readdir(join(folder, 'lab', 'outbox'))).toHaveLength(1)
  })

  it('survives a desk that answers nonsense', async () => {
    await meet()
    await closeDesk()
    const nonsense = createServer((_, response) => response.end('{"ticket":"x","name":"x","key":"x"}'))
    nonsense.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\nnonsense'))
    await new Promise<void>((done) => nonsense.listen(port, '127.0.0.1', done))
    await expect(lab.call['desk.fetchKit']({})).rejects.toMatchObject({ code: 'desk.unreachable' })
    nonsense.closeAllConnections()
    await new Promise((done) => nonsense.close(done))
    await openDesk()
  })

  it('sends again what was sent without an answer; it counts once', async () => {
    await meet()
    await handOut()
    const kit = await lab.call['desk.fetchKit']({})
    await lab.call['desk.handIn']({ kit, runs: [] })
    const [first] = await desk.teacher.call['class.works']({})
    const id = /-([0-9a-f]{8}-[0-9a-f-]+)\.labwork$/.exec(first!.file)![1]!
    await writeFile(join(folder, 'lab', 'outbox', `${roll.pupils[0]!.key}.${id}.labwork`), new Uint8Array()) // as if the answer had been lost
    await lab.call['desk.handIn']({ kit, runs: [] })
    expect(await desk.teacher.call['class.works']({})).toHaveLength(2)
  })
})
