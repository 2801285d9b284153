/** A class around this computer: who is here, what everybody does, and what the teacher tells them. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { dequal } from 'dequal/lite'
import { aborted, onAbort, type Signal } from '@core/contract/cancel'
import type { ClassPart, HandedIn, HelpReason, PupilPart, PupilView } from '@core/contract/class'
import { owner, type Client } from '@core/contract/client'
import { labMethods, type LabMethods } from '@core/contract/lab'
import { trains } from '@core/contract/run-state'
import type { Call, Handlers } from '@core/contract/table'
import { LabError } from '@core/errors'
import type { LessonQuestions } from '@core/classroom/rubric/define'
import type { LabDocument } from '@core/lab/document'
import { readLab } from '@core/lab/read'
import { numbersOf } from '@core/lessons/marking'
import { fileError } from '../service/file-error'
import { namesIn, ownerOnly, writeAtomically } from '../service/files'
import { Turns } from '../service/turns'
import type { Workspace, Workspaces } from '../service/workspaces'
import { clientOf } from './door'
import type { Pupil, Roll } from './roll'

type DeskHandlers = Pick<Handlers<LabMethods>, Exclude<Extract<keyof LabMethods, `class.${string}`>, 'class.open'>>

export interface Desk {
  readonly handlers: DeskHandlers
  /** Counts a pupil's connection until the returned function is called. */
  arrive(client: Client): () => void
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
/** Milliseconds without anything done after which a connected pupil may need help. */
const idleAfter = 8 * 60_000
const mostWrong = 3
/** For each pupil. */
const mostSubmissions = 100
/** Bytes of a submission that an installed lab sends. */
const mostHandedIn = 32 * 2 ** 20

export function openDesk({ roll, workspaces, home, questions, addresses, now = Date.now }: DeskOptions): Desk {
  const folder = join(home, 'handed-in')
  const connections = new Map<string, number>()
  const lastSeen = new Map<string, number>()
  const asking = new Set<string>()
  let [announcements, lesson, lab, isPaused]: [number, string | null, LabDocument | null, boolean] = [0, null, null, false]
  const followers = new Set<() => void>()
  const turns = new Turns()

  const pupilOf = (id: string): Pupil => {
    const found = roll.pupils.find((each) => each.id === id)
    if (!found) throw new LabError('class.unknown-pupil')
    return found
  }
  const idOf = ({ workspace }: Client): string => workspace.replace(/^pupil-/, '')
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

  async function viewOf(pupil: Pupil): Promise<PupilView> {
    const { id, name } = pupil
    const isConnected = (connections.get(id) ?? 0) > 0
    const space = await spaceOf(pupil)
    const progress = Object.entries(await space.progress.recall())
    const [current] = progress.sort(([, a], [, b]) => b.time - a.time)
    const run = space.runs.list().at(-1)
    const outline = run && (await run.overview())
    const { status } = run ?? {}
    const active = Math.max(current?.[1].time ?? 0, lastSeen.get(id) ?? 0)
    const asked = (await questions())[current?.[0] ?? '']
    // The options that were tried; other kinds of questions keep the last answer only.
    const isWrong = (answer: unknown, piece: string): boolean =>
      asked?.[piece]?.quiz.type === 'one' && numbersOf(answer).length >= mostWrong && !current?.[1].done.includes(piece)
    const help: HelpReason[] = [
      ...(asking.has(id) ? ['asked' as const] : []),
      ...(status?.state === 'failed' ? ['failed' as const] : []),
      ...(current && Object.entries(current[1].answers).some(([piece, answer]) => isWrong(answer, piece))
        ? ['wrong-answers' as const]
        : []),
      ...(isConnected && status?.state !== 'running' && active > 0 && now() - active > idleAfter ? ['idle' as const] : []),
    ]
    return {
      ...{ id, name, isConnected, help },
      lesson: current ? { id: current[0], screen: current[1].screen, done: current[1].done.length } : null,
      run:
        status && outline
          ? {
              ...{ state: status.state, step: status.step, steps: status.steps, problem: status.problem },
              title: typeof outline.title === 'string' ? outline.title : outline.title.en,
              accuracy: outline.evaluation?.metrics.accuracy ?? null,
            }
          : null,
      handedIn: (await worksOf(id)).length,
    }
  }

  async function worksOf(id: string): Promise<string[]> {
    return (await namesIn(folder)).filter((name) => name.endsWith('.labwork') && name.includes(`-${id}-`)).sort()
  }

  const part = async (): Promise<ClassPart> => ({
    ...{ title: roll.title, code: roll.code, isOpen: roll.isOpen, addresses: addresses(), isPaused, kit: roll.kit },
    pupils: await Promise.all(roll.pupils.map(viewOf)),
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
      while (!call.signal.aborted) {
        const next = await part()
        if (!dequal(next, last)) call.part(next)
        last = next
        await call.taken()
        await change(call.signal)
      }
      return null
    },
    'class.change': async ({ isPaused: pause, ...changes }) => {
      if (changes.kit) await (await workspaces.of(owner.workspace)).kits.opened(changes.kit) // throws where it is unknown
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
    'class.works': async () => {
      const names = (await namesIn(folder)).filter((name) => name.endsWith('.labwork')).sort()
      return Promise.all(names.map((name) => describe(name)))
    },
    'class.work': async ({ file }) => {
      if (!(await namesIn(folder)).includes(file)) throw new LabError('file.missing', { path: file })
      return new Uint8Array(await readFile(join(folder, file)))
    },
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
      const opened = await (await workspaces.of(owner.workspace)).kits.opened(roll.kit)
      return (await workspaces.of(client.workspace)).kits.take(opened)
    },
    'class.kitFile': async () => {
      if (roll.kit === null) throw new LabError('kit.unknown')
      return (await (await workspaces.of(owner.workspace)).kits.opened(roll.kit)).pupils
    },
    'class.handInFile': async ({ id, bytes }, { client }) => {
      if (bytes.length > mostHandedIn) throw new LabError('archive.too-large', { megabytes: mostHandedIn / 2 ** 20 })
      return receive(pupilOf(idOf(client)), id, () => Promise.resolve(bytes))
    },
    'class.handIn': async ({ id, ...request }, { client }) => {
      const pupil = pupilOf(idOf(client))
      const { kits } = await workspaces.of(client.workspace)
      return receive(pupil, id, () => kits.submit({ ...request, pupil: pupil.name }))
    },
  }

  /** Keeps a submission once, whatever was handed in before. */
  function receive(pupil: Pupil, submission: string, make: () => Promise<Uint8Array>): Promise<HandedIn> {
    return turns.take(async () => {
      const earlier = await worksOf(pupil.id)
      const known = earlier.find((name) => name.endsWith(`-${submission}.labwork`))
      if (known) return describe(known)
      if (earlier.length >= mostSubmissions) throw new LabError('class.too-many-works', { most: mostSubmissions })
      const bytes = await make()
      const number = String(earlier.length + 1).padStart(3, '0')
      const name = `${pupil.name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').slice(0, 20)}-${pupil.id}-${number}-${submission}.labwork`
      await writeAtomically(join(folder, name), bytes, ownerOnly)
      changed()
      return describe(name)
    })
  }

  async function describe(name: string): Promise<HandedIn> {
    const id = /-([0-9a-f]{12})-\d{3}-/.exec(name)?.[1]
    const found = await stat(join(folder, name)).catch((error: unknown) => {
      throw fileError(join(folder, name), error)
    })
    const pupil = roll.pupils.find((each) => each.id === id)
    return { file: name, pupil: pupil?.name ?? name, time: found.mtimeMs, bytes: found.size }
  }

  return {
    handlers,
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

/** Handlers for the class that is open when they are called; without one they throw `class.none`. */
export function classHandlers(current: () => Desk | null): DeskHandlers {
  const names = Object.keys(labMethods).filter(
    (name): name is keyof DeskHandlers => name.startsWith('class.') && name !== 'class.open',
  )
  const handle = (name: keyof DeskHandlers) => (argument: never, call: never) => {
    const desk = current()
    if (!desk) throw new LabError('class.none')
    return (desk.handlers[name] as (argument: never, call: never) => unknown)(argument, call)
  }
  return Object.fromEntries(names.map((name) => [name, handle(name)])) as unknown as DeskHandlers
}
