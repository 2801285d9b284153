/** A class that a running lab opens: until then nothing listens, afterwards the room can join. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fakeWorkers } from '../service/testing/fake-workers'
import { clientOf, description, type LabClient } from '../service/testing/clients'
import { createService, type Service } from '../service/service'
import { connectDesk, enterDesk } from '../web/desk-client'
import { findPageFiles } from '../web/page-files'
import { roomAddresses } from './addresses'
import { roomWith, type Room } from './room'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
let home: string
let service: Service
let owner: LabClient
const rooms: Room[] = []
let port = 0

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'attention-lab-room-'))
  await writeFile(join(home, 'index.html'), '<!doctype html>')
  const open = roomWith(await findPageFiles(home), description, port, '127.0.0.1')
  service = await createService({
    ...{ home, labs, spawn: fakeWorkers().spawn },
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
  expect(rooms).toEqual([])
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

it('says so where the port is taken, and can be tried again', async () => {
  const taken = roomWith(await findPageFiles(home), description, 0, '127.0.0.1')
  const roll = { title: '', code: 'AAAA', isOpen: true, kit: null, pupils: [] } as never
  const other = await taken(roll, () => undefined)
  const used = Number(new URL(other.addresses[0]!).port)
  const open = roomWith(await findPageFiles(home), description, used, '127.0.0.1')
  await expect(open(roll, () => undefined as never)).rejects.toMatchObject({ code: 'host.port-taken' })
  await other.close()
  await (await open(roll, () => undefined)).close()
})

it('tells a pupil’s page what it is', async () => {
  await owner.call['class.open']({ title: 'First' })
  const { code } = JSON.parse(
    await import('node:fs/promises').then(({ readFile }) => readFile(join(home, 'class.json'), 'utf8')),
  ) as { code: string }
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
