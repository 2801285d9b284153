/** A class around this computer: who is here, what everybody does, and what the teacher tells them. */
import { join } from 'node:path'
import { dequal } from 'dequal/lite'
import { aborted, newAbort, onAbort, type Signal } from '@core/contract/cancel'
import type { ClassPart, classMethods, HandedIn, PupilPart, PupilView } from '@core/contract/class'
import { owner, type Client } from '@core/contract/client'
import { trains } from '@core/contract/run-state'
import type { Call, Handlers } from '@core/contract/table'
import { LabError } from '@core/errors'
import type { LessonQuestions } from '@core/classroom/rubric/define'
import type { LabDocument } from '@core/lab/document'
import { readLab } from '@core/lab/read'
import type { Workspace, Workspaces } from '../service/workspaces'
import { clientOf } from './door'
import { openSubmissions } from './handed-in'
import { viewOf } from './pupil-view'
import type { Pupil, Roll } from './roll'

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
  let [announcements, lesson, lab, isPaused]: [number, string | null, LabDocument | null, boolean] = [0, null, null, false]
  const followers = new Set<() => void>()

  const pupilOf = (id: string): Pupil => {
    const found = roll.pupils.find((each) => each.id === id)
    if (!found) throw new LabError('class.unknown-pupil')
    return found
  }
  const idOf = ({ workspace }: Client): string => workspace.replace(/^pupil-/, '')
  const teachers = (): Promise<Workspace> => workspaces.of(owner.workspace)
  const spaceOf = (pupil: Pupil): Promise<Workspace> => workspaces.of(clientOf(pupil).workspace)
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

  async function seen(pupil: Pupil): Promise<PupilView> {
    const { id } = pupil
    const presence = {
      ...{ isConnected: (connections.get(id) ?? 0) > 0, isAsking: asking.has(id) },
      ...{ lastSeen: lastSeen.get(id) ?? 0, now: now() },
    }
    const view = await viewOf(pupil, await spaceOf(pupil), presence, await questions())
    return { ...view, handedIn: await submissions.countOf(id) }
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
    'class.watch': async (_, call) => {
      let last: ClassPart | null = null
      while (!call.signal.aborted && !over.signal.aborted) {
        const next = await part()
        if (!dequal(next, last)) call.part(next)
        last = next
        await call.taken()
        await change(call.signal)
      }
      return null
    },
    'class.change': async ({ isPaused: pause, ...changes }) => {
      if (changes.kit) await (await teachers()).kits.opened(changes.kit) // throws where it is unknown
      if (Object.keys(changes).length > 0) await roll.change(changes)
      if (pause !== undefined && pause !== isPaused) {
        isPaused = pause
        await (pause ? pauseAll() : resumeAll())
      }
      tellPupils()
    },
    'class.bring': (announced) => {
      announcements++
      ;({ lesson, lab } = announced)
      tellPupils()
    },
    'class.key': ({ pupil }) => pupilOf(pupil).key,
    'class.screen': async ({ pupil }) => {
      const { drafts, runs } = await spaceOf(pupilOf(pupil))
      const [document, run] = [await drafts.latest(), runs.list().at(-1)]
      const overview = await run?.overview()
      const lab = document ? readLab(document) : run ? (await run.request()).lab : null
      return { lab, curve: overview?.curve ?? null }
    },
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
      const tell = (): void =>
        call.part({ title: roll.title, announcements, lesson, lab, isPaused, kit: roll.kit, hasAskedForHelp: asking.has(id) })
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
