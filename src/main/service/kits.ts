/**
 * The class kits of a workspace: `kits/ID.labkit`, and beside each its summary and its own lessons. Archives are read in a worker process,
 * as they may be large and come from strangers.
 */
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Graded } from '@core/classroom/grade'
import type { LessonQuestions } from '@core/classroom/rubric/define'
import type { Signal } from '@core/contract/cancel'
import type {
  gradeRequest,
  GradedWork,
  KitSummary,
  kitRequest,
  MadeKitFiles,
  markRequest,
  validationRequest,
  workRequest,
} from '@core/contract/kits'
import type { Progress } from '@core/contract/progress'
import type { OpenedKit } from '@core/contract/worker'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import type { LessonProgress } from '@core/lessons/progress'
import { LRUCache } from 'lru-cache'
import type { z } from 'zod'
import { gradeApart, type GradeJob } from '../classroom/grade-apart'
import { hashOf } from '../classroom/manifest'
import { keepMarks } from '../classroom/marks'
import { createLessons, type Lessons } from '../lessons/lessons'
import type { DataStore } from './data'
import { codeOf, fileError } from './file-error'
import { namesIn, ownerOnly, readJson, writeAtomically } from './files'
import type { Helper } from './helper'
import type { Queue } from './queue'
import type { Runs } from './runs'
import type { Spawn } from './spawn'

export interface Kits {
  add(bytes: Uint8Array<ArrayBuffer>): Promise<KitSummary>
  list(): Promise<readonly KitSummary[]>
  /** Throws LabError `kit.unknown`. */
  remove(id: string): Promise<void>
  /** Throws LabError `kit.unknown`. */
  opened(id: string): Promise<OpenedKit>
  /** Adds the pupils' edition of a kit that was opened already. */
  take(kit: OpenedKit): Promise<KitSummary>
  lab(id: string, assignment: string): Promise<{ readonly lab: LabDocument; readonly data: string | null }>
  submit(request: z.output<typeof workRequest>): Promise<Uint8Array<ArrayBuffer>>
  validate(request: z.output<typeof validationRequest>, watch: Watch): Promise<Graded>
  grade(request: z.output<typeof gradeRequest>, signal: Signal): Promise<GradedWork>
  mark(request: z.output<typeof markRequest>): Promise<void>
  make(request: z.output<typeof kitRequest>): Promise<MadeKitFiles>
  /** Lessons of the kits' own. */
  readonly lessons: readonly Lessons[]
}

export interface Watch {
  readonly signal: Signal
  readonly part: (progress: Progress) => void
}

export interface KitsOptions {
  readonly directory: string
  readonly spawn: Spawn
  /** For short jobs. */
  readonly helper: Helper
  /** Resolves when a core is free of training runs, with the function that releases it. */
  readonly core: Queue['core']
  /** Of the application. */
  readonly version: string
  readonly data: DataStore
  readonly runs: Runs
  readonly progress: () => Promise<Readonly<Record<string, LessonProgress>>>
  /** Questions of the course. */
  readonly questions: () => Promise<Readonly<Record<string, LessonQuestions>>>
  readonly log: (where: string, error: unknown) => void
}

export async function openKits({
  directory,
  spawn,
  helper,
  core,
  version,
  data,
  runs,
  progress,
  questions,
  log,
}: KitsOptions): Promise<Kits> {
  const archive = (id: string): string => join(directory, `${id}.labkit`)
  const beside = (id: string): string => join(directory, id)
  const lessons = new Map<string, Lessons>()
  /** Kits without lessons of their own have no such folder. */
  function openLessons(id: string): void {
    const folder = join(beside(id), 'lessons')
    lessons.delete(id)
    if (existsSync(folder)) lessons.set(id, createLessons(folder))
  }
  for (const id of await idsIn(directory)) openLessons(id)

  const marks = keepMarks(join(directory, 'marks'))
  const ask = helper.ask
  /** Grading takes as long as a training, so it waits for a core. */
  async function gradeOnCore(job: GradeJob, signal: Signal, onPart?: (progress: Progress) => void): Promise<Graded> {
    const giveBack = await core(signal)
    try {
      return await gradeApart(spawn)(job, signal, onPart)
    } finally {
      giveBack()
    }
  }
  async function bytesOf(id: string): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return new Uint8Array(await readFile(archive(id)))
    } catch (error) {
      throw codeOf(error) === 'ENOENT' ? new LabError('kit.unknown') : fileError(archive(id), error)
    }
  }
  /** What a class of forty asks for at once is read once. */
  const cache = new LRUCache<string, Promise<OpenedKit>>({ max: 4 })
  function opened(id: string): Promise<OpenedKit> {
    const known = cache.get(id) ?? bytesOf(id).then((bytes) => ask((call) => call.openKit({ bytes })))
    cache.set(id, known)
    known.catch(() => cache.delete(id))
    return known
  }
  async function keep(summary: KitSummary, files: OpenedKit['lessons'], bytes: Uint8Array<ArrayBuffer>): Promise<KitSummary> {
    const { id } = summary
    cache.delete(id)
    await rm(beside(id), { recursive: true, force: true })
    for (const [path, content] of Object.entries(files)) await writeAtomically(join(beside(id), path), content, ownerOnly)
    await writeAtomically(join(beside(id), 'summary.json'), JSON.stringify(summary), ownerOnly)
    await writeAtomically(archive(id), bytes, ownerOnly)
    openLessons(id)
    return summary
  }
  /** The folders of runs, in the order given. Throws LabError `run.unknown`. */
  const foldersOf = (chosen: readonly { readonly assignment: string; readonly run: string }[]) =>
    Promise.all(
      chosen.map(async ({ assignment, run: id }) => {
        const run = runs.get(id)
        if (run.status.state !== 'finished') throw new LabError('work.unfinished', { path: id })
        await run.recorded()
        const { data: text } = await run.request()
        return { assignment, folder: run.folder, data: text === null ? null : await data.read(text) }
      }),
    )
  async function workOf(
    kit: Uint8Array<ArrayBuffer>,
    { pupil, runs: chosen, weights }: Omit<z.output<typeof workRequest>, 'kit'>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const job = {
      kit,
      pupil,
      weights,
      version,
      made: new Date().toISOString(),
      runs: await foldersOf(chosen),
      lessons: await progress(),
    }
    return ask((call) => call.makeWork(job))
  }

  return {
    get lessons() {
      return [...lessons.values()]
    },
    async add(bytes) {
      const { summary, lessons: files } = await ask((call) => call.openKit({ bytes }))
      return keep(summary, files, bytes)
    },
    async list() {
      const found = await Promise.all(
        (await idsIn(directory)).map((id) =>
          readJson(join(beside(id), 'summary.json')).then(
            (summary) => [summary as KitSummary],
            (error: unknown) => {
              log(`kits/${id}`, error)
              return []
            },
          ),
        ),
      )
      return found.flat()
    },
    async remove(id) {
      await bytesOf(id)
      cache.delete(id)
      lessons.delete(id)
      await rm(archive(id), { force: true })
      await rm(beside(id), { recursive: true, force: true })
    },
    opened,
    take: ({ summary, lessons: files, pupils }) => keep({ ...summary, isTeachers: false }, files, pupils),
    async lab(id, assignment) {
      const { labs } = await opened(id)
      const found = Object.hasOwn(labs, assignment) ? labs[assignment]! : null
      if (!found) throw new LabError('work.no-assignment', { assignment })
      const text = found.data
      return {
        lab: found.lab,
        data: text === null ? null : (await data.add(`${assignment}.txt`, new TextEncoder().encode(text))).id,
      }
    },
    async submit({ kit, ...rest }) {
      return workOf(await bytesOf(kit), rest)
    },
    async validate({ kit: id, runs: chosen }, { signal, part }) {
      const kit = await bytesOf(id)
      const work = await workOf(kit, { pupil: '–', runs: chosen, weights: false })
      const job = { kit, work, questions: { ...(await questions()) }, trainAgain: true, hand: {}, version }
      return gradeOnCore(job, signal, part)
    },
    async grade({ kit: id, bytes: work, trainAgain }, signal) {
      const kit = await bytesOf(id)
      const hash = hashOf(work)
      const hand = await marks.of(id, hash)
      const job = { kit, work, questions: { ...(await questions()) }, trainAgain, hand, version }
      return { work: hash, graded: await gradeOnCore(job, signal) }
    },
    async mark({ kit, work, item, points }) {
      await bytesOf(kit)
      await marks.give(kit, work, { [item]: { points } })
    },
    async make({ data: ids, texts, ...request }) {
      const own = Object.entries(ids).map(async ([path, id]) => [path, new TextEncoder().encode(await data.read(id))] as const)
      const all = { ...texts, ...Object.fromEntries(await Promise.all(own)) }
      const known = Object.keys(await questions())
      return ask((call) => call.makeKit({ ...request, texts: all, version, known }))
    },
  }
}

async function idsIn(directory: string): Promise<string[]> {
  return (await namesIn(directory)).flatMap((name) => /^([0-9a-f]{64})\.labkit$/.exec(name)?.[1] ?? [])
}
