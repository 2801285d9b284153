/** The class of a host: none, one that is open from the beginning, or one that the teacher starts and ends in the window. */
import { classMethods } from '@core/contract/class'
import type { Client } from '@core/contract/client'
import type { Port } from '@core/contract/port'
import type { Handlers } from '@core/contract/table'
import { LabError } from '@core/errors'
import type { HostHandlers } from '../service/host-handlers'
import { Turns } from '../service/turns'
import { openDesk, type Desk, type DeskHandlers, type DeskOptions } from './desk'
import { openRoll, type Roll } from './roll'
import type { OpenRoom, Room } from './room'

export interface Classroom {
  /** Null without a class. */
  readonly desk: Desk | null
  readonly handlers: Handlers<typeof classMethods>
  close(): Promise<void>
}

export interface ClassroomOptions extends Pick<DeskOptions, 'workspaces' | 'home' | 'questions'> {
  /** The pupils of a class that is open from the beginning, and what they type to come. */
  readonly roll: Roll | undefined
  readonly addresses: (() => readonly string[]) | undefined
  /** Without it, no class can be started. */
  readonly openRoom: OpenRoom | undefined
  readonly connect: (port: Port, client: Client, host: HostHandlers) => unknown
}

export function openClassroom({ roll, addresses = () => [], openRoom, connect, ...rest }: ClassroomOptions): Classroom {
  let desk = roll ? openDesk({ ...rest, roll, addresses }) : null
  let room: Room | null = null
  /** One after another, so that two pages do not open two rooms. */
  const turns = new Turns()

  const current = (): Desk => {
    if (!desk) throw new LabError('class.none')
    return desk
  }
  async function begin(title: string): Promise<void> {
    if (desk) return desk.rename(title)
    if (!openRoom) throw new LabError('class.not-here')
    const opened = await openRoll(rest.home, title)
    room = await openRoom(opened, connect)
    desk = openDesk({ ...rest, roll: opened, addresses: () => room?.addresses ?? [] })
  }
  async function end(): Promise<void> {
    const ended = current()
    if (!room) throw new LabError('class.ends-with-host')
    await room.close()
    desk = room = null
    await ended.end()
  }

  /** Of the class that is open when they are called. */
  const handle = (name: keyof DeskHandlers) => (argument: never, call: never) =>
    (current().handlers[name] as (argument: never, call: never) => unknown)(argument, call)
  const names = Object.keys(classMethods) as (keyof DeskHandlers)[]
  return {
    get desk() {
      return desk
    },
    handlers: {
      ...(Object.fromEntries(names.map((name) => [name, handle(name)])) as unknown as DeskHandlers),
      'class.open': ({ title }) => turns.take(() => begin(title)),
      'class.close': () => turns.take(end),
    },
    async close() {
      await room?.close()
    },
  }
}
