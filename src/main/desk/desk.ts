/** A class around this computer: who is here, what everybody does, and what the teacher tells them. */
import { join } from 'node:path'
import { dequal } from 'dequal/lite'
import type { z } from 'zod'
import { aborted, newAbort, onAbort, type Signal } from '@core/contract/cancel'
import type { announcement, ClassPart, classMethods, HandedIn, PupilPart, PupilReport, PupilView } from '@core/contract/class'
import { owner, type Client } from '@core/contract/client'
import { trains } from '@core/contract/run-state'
import type { Call, Handlers } from '@core/contract/table'
import { LabError } from '@core/errors'
import type { LessonQuestions } from '@core/classroom/rubric/define'
import { withOwnSeed } from '@core/classroom/own-seed'
import type { Workspace, Workspaces } from '../service/workspaces'
import { openClassRuns } from './class-runs'
import { clientOf } from './door'
import { openSubmissions } from './handed-in'
import { viewOf } from './pupil-view'
import type { Pupil, Roll } from './roll'
import { createThumbnails, screenOf, type Seat } from './thumbnails'

type Announcement = z.output<typeof announcement>
export type DeskHandlers = Omit<Handlers<typeof classMethods>, 'class.open' | 'class.close'>

export interface Desk {
  readonly handlers: DeskHandlers
  /** Counts a pupil's connection until the returned function is called. */
  arrive(client: Client): () => void
  rename(title: string): Promise<void>
  /** Ends what teachers watch, and stops what pupils train. */
  end(): Promise<void>
}

export interface DeskOptions {
  readonly roll: Roll
  readonly workspaces: Workspaces
  /** Submissions are kept in `handed-in` of this folder. */
  readonly home: string
  /** Questions of the course, by lesson. */
  readonly questions: () => Promise<Readonly<Record<string, LessonQuestions>>>
  /** What pupils type, once the server listens. */
  readonly addresses: () => readonly string[]
  readonly now?: () => number
}

/** Milliseconds between two looks at what everybody does, while a teacher watches. */
const interval = 1500
/** Bytes of a submission that an installed lab sends. */
const mostHandedIn = 32 * 2 ** 20

export function openDesk({ roll, workspaces, home, questions, addresses, now = Date.now }: DeskOptions): Desk {
  const submissions = openSubmissions(join(home, 'handed-in'), () => roll.pupils)
  const over = newAbort()
  const connections = new Map<string, number>()
  const lastSeen = new Map<string, number>()
  const asking = new Set<string>()
  const readClassRuns = openClassRuns()
  const nothing: Announcement = { lesson: null, lab: null, ownSeeds: false }
  let [announcements, announced, isPaused] = [0, nothing, false]
  const followers = new Set<() => void>()

  const pupilOf = (id: string): Pupil => {
    const found = roll.pupils.find((each) => each.id === id)
    if (!found) throw new LabError('class.unknown-pupil')
    return found
  }
  const idOf = ({ workspace }: Client): string => workspace.replace(/^pupil-/, '')
  const teachers = (): Promise<Workspace> => workspaces.of(owner.workspace)
  const spaceOf = (pupil: Pupil): Promise<Workspace> => workspaces.of(clientOf(pupil).workspace)
  const seatsOf = (pupils: readonly Pupil[]): Promise<Seat[]> =>
    Promise.all(pupils.map(async (pupil) => ({ pupil, space: await spaceOf(pupil) })))
  /** Teachers who watch, waiting for the next look. */
  const watchers = new Set<() => void>()
  const changed = (): void => {
    for (const wake of watchers) wake()
  }
  const tellPupils = (): void => {
    for (const tell of followers) tell()
    changed()
  }
  /** Resolves when something is said or somebody comes, at the latest after the interval, or when aborted. */
  function change(signal: Signal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        watchers.delete(done)
        forget()
        resolve()
      }
      const timer = setTimeout(done, interval)
      watchers.add(done)
      const forget = onAbort(signal, done)
    })
  }

  /** Sends what is read whenever it differs; nothing for null. */
  async function tellChanges<P>(call: Call<P>, read: () => Promise<P | null>): Promise<null> {
    let last: P | null = null
    while (!call.signal.aborted && !over.signal.aborted) {
      const next = await read()
      if (next !== null && !dequal(next, last)) call.part(next)
      last = next
      await call.taken()
      await change(call.signal)
    }
    return null
  }

  async function seen(pupil: Pupil): Promise<PupilView> {
    const { id } = pupil
    const presence = {
      ...{ isConnected: (connections.get(id) ?? 0) > 0, isAsking: asking.has(id) },
      ...{ lastSeen: lastSeen.get(id) ?? 0, now: now() },
    }
    const view = await viewOf(pupil, await spaceOf(pupil), presence, await questions())
    return { ...view, handedIn: await submissions.countOf(id) }
  }

  async function reportOf({ pupil, space: { progress, runs } }: Seat): Promise<PupilReport> {
    const lessons = Object.entries(await progress.recall()).sort(([, a], [, b]) => b.time - a.time)
    const all = runs.list()
    return {
      pupil: await seen(pupil),
      lessons: lessons.map(([id, { done }]) => ({ id, done: done.length })),
      runs: all.length,
      finished: all.filter(({ status }) => status.state === 'finished').length,
    }
  }

  const part = async (): Promise<ClassPart> => ({
    ...{ title: roll.title, code: roll.code, isOpen: roll.isOpen, addresses: addresses(), isPaused, kit: roll.kit },
    pupils: await Promise.all(roll.pupils.map(seen)),
  })

  /** Runs that the teacher has paused; those that pupils paused themselves stay paused. */
  let paused: readonly { readonly own: Workspace['runs']; readonly id: string }[] = []
  async function pauseAll(): Promise<void> {
    const all = await Promise.all(roll.pupils.map(spaceOf))
    paused = all.flatMap(({ runs: own }) => own.list().flatMap(({ id, status }) => (trains(status) ? [{ own, id }] : [])))
    await Promise.all(paused.map(({ own, id }) => own.command(id, 'pause').catch(() => undefined)))
  }
  async function resumeAll(): Promise<void> {
    const runs = paused
    paused = []
    await Promise.all(runs.map(({ own, id }) => own.command(id, 'resume').catch(() => undefined)))
  }

  const handlers: DeskHandlers = {
    'class.watch': (_, call) => tellChanges(call, part),
    'class.change': async ({ isPaused: pause, ...changes }) => {
      if (changes.kit) await (await teachers()).kits.opened(changes.kit) // throws where it is unknown
      if (Object.keys(changes).length > 0) await roll.change(changes)
      if (pause !== undefined && pause !== isPaused) {
        isPaused = pause
        await (pause ? pauseAll() : resumeAll())
      }
      tellPupils()
    },
    'class.bring': (next) => {
      announcements++
      announced = next
      tellPupils()
    },
    'class.key': ({ pupil }) => pupilOf(pupil).key,
    'class.screen': async ({ pupil }) => screenOf(await spaceOf(pupilOf(pupil))),
    'class.screens': ({ pupils: wanted }, call) => {
      const changesOf = createThumbnails()
      return tellChanges(call, async () => {
        const changes = await changesOf(await seatsOf(roll.pupils.filter(({ id }) => wanted.includes(id))))
        return Object.keys(changes).length > 0 ? changes : null
      })
    },
    'class.runs': ({ experiment }, call) =>
      tellChanges(call, async () => readClassRuns(await seatsOf(roll.pupils), experiment)),
    'class.report': async () => Promise.all((await seatsOf(roll.pupils)).map(reportOf)),
    'class.helped': ({ pupil }) => {
      asking.delete(pupilOf(pupil).id)
      lastSeen.set(pupil, now())
      tellPupils()
    },
    'class.answers': async ({ lesson: id }) => {
      const all = await Promise.all(roll.pupils.map(async (pupil) => (await (await spaceOf(pupil)).progress.recall())[id]))
      const answers: Record<string, unknown[]> = {}
      for (const progress of all)
        for (const [piece, answer] of Object.entries(progress?.answers ?? {})) (answers[piece] ??= []).push(answer)
      return answers
    },
    'class.works': () => submissions.list(),
    'class.grade': async ({ kit, file, trainAgain }, { signal }) =>
      (await teachers()).kits.grade({ kit, bytes: await submissions.read(file), trainAgain }, signal),
    'class.follow': async (_, call: Call<PupilPart>) => {
      const id = idOf(call.client)
      const number = 1 + roll.pupils.findIndex((pupil) => pupil.id === id)
      const tell = (): void => {
        const { lesson, lab, ownSeeds } = announced
        call.part({
          ...{ title: roll.title, announcements, lesson, lab: lab && ownSeeds ? withOwnSeed(lab, number) : lab },
          ...{ hasOwnSeed: ownSeeds, isPaused, kit: roll.kit, hasAskedForHelp: asking.has(id) },
        })
      }
      tell()
      followers.add(tell)
      await aborted(call.signal)
      followers.delete(tell)
      return null
    },
    'class.help': ({ wanted }, { client }) => {
      asking[wanted ? 'add' : 'delete'](idOf(client))
      lastSeen.set(idOf(client), now())
      tellPupils()
    },
    'class.takeKit': async (_, { client }) => {
      if (roll.kit === null) throw new LabError('kit.unknown')
      const opened = await (await teachers()).kits.opened(roll.kit)
      return (await workspaces.of(client.workspace)).kits.take(opened)
    },
    'class.kitFile': async () => {
      if (roll.kit === null) throw new LabError('kit.unknown')
      return (await (await teachers()).kits.opened(roll.kit)).pupils
    },
    'class.handInFile': async ({ id, bytes }, { client }) => {
      if (bytes.length > mostHandedIn) throw new LabError('archive.too-large', { megabytes: mostHandedIn / 2 ** 20 })
      return receive(client, id, () => Promise.resolve(bytes))
    },
    'class.handIn': async ({ id, ...request }, { client }) => {
      const { kits } = await workspaces.of(client.workspace)
      return receive(client, id, ({ name }) => kits.submit({ ...request, pupil: name }))
    },
  }

  async function receive(client: Client, id: string, make: (pupil: Pupil) => Promise<Uint8Array>): Promise<HandedIn> {
    const pupil = pupilOf(idOf(client))
    const received = await submissions.receive(pupil, id, () => make(pupil))
    changed()
    return received
  }

  return {
    handlers,
    rename: (title) => roll.change({ title }).then(tellPupils),
    async end() {
      over.abort()
      changed()
      const all = await Promise.all(roll.pupils.map(spaceOf))
      const active = all.flatMap(({ runs }) => runs.list().flatMap((run) => (run.underWay ? [{ runs, id: run.id }] : [])))
      await Promise.all(active.map(({ runs, id }) => runs.command(id, 'stop').catch(() => undefined)))
    },
    arrive(client) {
      const id = idOf(client)
      const count = (by: 1 | -1): void => {
        connections.set(id, (connections.get(id) ?? 0) + by)
        lastSeen.set(id, now())
        changed()
      }
      count(1)
      return () => count(-1)
    },
  }
}
