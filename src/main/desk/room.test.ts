/** A class that a running lab opens: until then nothing listens, afterwards the room can join. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ClassPart } from '@core/contract/class'
import { fakeWorkers, type FakeWorkers } from '../service/testing/fake-workers'
import { clientOf, description, type LabClient } from '../service/testing/clients'
import { createService, type Service } from '../service/service'
import { connectDesk, enterDesk } from '../web/desk-client'
import { findPageFiles } from '../web/page-files'
import { roomAddresses } from './addresses'
import type { announceClass } from './announce'
import { roomWith, type Room } from './room'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
let home: string
let service: Service
let owner: LabClient
let workers: FakeWorkers
const rooms: Room[] = []
let port = 0
/** What is announced now. */
const announced: Parameters<typeof announceClass>[0][] = []
const announce: typeof announceClass = (options) => {
  announced.push(options)
  return { close: async () => void announced.splice(announced.indexOf(options), 1) }
}
const unexpected = (where: string, error: unknown): never => {
  throw new Error(where, { cause: error })
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'attention-lab-room-'))
  await writeFile(join(home, 'index.html'), '<!doctype html>')
  const open = roomWith(await findPageFiles(home), description, { log: unexpected, announce, port, host: '127.0.0.1' })
  workers = fakeWorkers()
  service = await createService({
    ...{ home, labs, spawn: workers.spawn },
    openRoom: async (roll, connect) => {
      const room = await open(roll, connect)
      rooms.push(room)
      return room
    },
  })
  owner = clientOf(service)
  rooms.length = 0
})
afterEach(async () => {
  port = 0
  await service.close()
  await rm(home, { recursive: true, force: true })
})

it('has no class until the owner starts one', async () => {
  expect(await owner.call['host.describe']({})).not.toHaveProperty('desk')
  await expect(owner.call['class.change']({ isOpen: true })).rejects.toMatchObject({ code: 'class.none' })
  expect([rooms, announced]).toEqual([[], []])
})

it('opens one room, whoever asks again, and closes it with the lab', async () => {
  await Promise.all([owner.call['class.open']({ title: 'First' }), owner.call['class.open']({ title: 'Second' })])
  expect(rooms).toHaveLength(1)
  expect(await owner.call['host.describe']({})).toMatchObject({ desk: 'teacher' })
  const address = rooms[0]!.addresses[0]!
  expect(await (await fetch(`${address}/door`)).json()).toEqual({ title: 'Second', isOpen: true })
  await expect(enterDesk(address, 'enter', { name: 'Ada', code: '0000' })).rejects.toMatchObject({ code: 'class.wrong-code' })
  await service.close()
  await expect(enterDesk(address, 'enter', { name: 'Ada', code: '0000' })).rejects.toMatchObject({ code: 'desk.unreachable' })
})

it('ends when the owner says so: pupils are disconnected, their training stops, and it can be started again', async () => {
  await expect(owner.call['class.close']({})).rejects.toMatchObject({ code: 'class.none' })
  await owner.call['class.open']({ title: 'First' })
  const { ticket } = await enterDesk(rooms[0]!.addresses[0]!, 'enter', { name: 'Ada', code: await codeOf(home) })
  const pupil = await connectDesk(rooms[0]!.addresses[0]!, ticket)
  const lab = await owner.call['labs.read']({ id: 'reverse' })
  const { run } = await pupil.call['runs.start']({ lab, engine: 'tfjs', data: null })
  await vi.waitFor(() => expect(workers.processes.some(({ calls }) => calls.train.length > 0)).toBe(true))

  const parts: ClassPart[] = []
  const watched = owner.call['class.watch']({}, { onPart: (part) => void parts.push(part) })
  await vi.waitFor(() => expect(parts.at(-1)?.pupils).toMatchObject([{ name: 'Ada', isConnected: true }]))
  await owner.call['class.close']({})
  expect(await watched).toBe(null)
  await expect(pupil.call['runs.read']({ run })).rejects.toMatchObject({ code: 'connection-closed' })
  expect(workers.processes.flatMap(({ calls }) => calls.command)).toContainEqual(expect.objectContaining({ command: 'stop' }))
  expect(await owner.call['host.describe']({})).not.toHaveProperty('desk')
  await expect(owner.call['class.works']({})).rejects.toMatchObject({ code: 'class.none' })

  await owner.call['class.open']({ title: 'First' })
  expect(rooms).toHaveLength(2)
  const again = owner.call['class.watch']({}, { onPart: (part) => void parts.push(part) })
  await vi.waitFor(() => expect(parts.at(-1)?.pupils).toMatchObject([{ name: 'Ada', isConnected: false }]))
  await owner.call['class.close']({})
  await again
})

it('is announced under its title of the moment, until it ends', async () => {
  await owner.call['class.open']({ title: 'First' })
  expect(announced.map(({ addresses, title }) => [addresses, title()])).toEqual([[rooms[0]!.addresses, 'First']])
  await owner.call['class.open']({ title: 'Second' })
  expect(announced.map(({ title }) => title())).toEqual(['Second'])
  await owner.call['class.close']({})
  expect(announced).toEqual([])
  await owner.call['class.open']({ title: 'Third' })
  expect(announced).toHaveLength(1)
  await service.close()
  expect(announced).toEqual([])
})

it('says so where the port is taken, and can be tried again', async () => {
  const taken = roomWith(await findPageFiles(home), description, { log: unexpected, port: 0, host: '127.0.0.1' })
  const roll = { title: '', code: 'AAAA', isOpen: true, kit: null, pupils: [] } as never
  const other = await taken(roll, () => undefined)
  const used = Number(new URL(other.addresses[0]!).port)
  const open = roomWith(await findPageFiles(home), description, { log: unexpected, port: used, host: '127.0.0.1' })
  await expect(open(roll, () => undefined as never)).rejects.toMatchObject({ code: 'host.port-taken' })
  await other.close()
  await (await open(roll, () => undefined)).close()
})

it('tells a pupil’s page what it is', async () => {
  await owner.call['class.open']({ title: 'First' })
  const code = await codeOf(home)
  const address = rooms[0]!.addresses[0]!
  const { ticket } = await enterDesk(address, 'enter', { name: 'Ada', code })
  const pupil = await connectDesk(address, ticket)
  expect(await pupil.call['host.describe']({})).toMatchObject({ kind: 'browser', dialogs: false, desk: 'pupil' })
  pupil.close()
})

it('shows addresses of local networks first, and none of this computer alone', () => {
  const entry = (address: string, internal = false) => ({ address, internal, family: 'IPv4' }) as never
  const interfaces = {
    lo: [entry('127.0.0.1', true)],
    wan: [entry('203.0.113.9')],
    wlan: [entry('192.168.1.7'), entry('169.254.3.4')],
  }
  expect(roomAddresses('0.0.0.0', 7070, interfaces)).toEqual(['http://192.168.1.7:7070', 'http://203.0.113.9:7070'])
  expect(roomAddresses('10.0.0.5', 80, interfaces)).toEqual(['http://10.0.0.5'])
})

async function codeOf(folder: string): Promise<string> {
  return (JSON.parse(await readFile(join(folder, 'class.json'), 'utf8')) as { code: string }).code
}
