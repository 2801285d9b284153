/** Class kits of this workspace, and what was validated and graded in this window. */
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { totalOf, withHand, type Graded } from '@core/classroom/grade'
import type { GradedFile, GradedWork, KitSummary } from '@core/contract/kits'
import { newAbort, type Abort, type Signal } from '@core/contract/cancel'
import type { DeskLink } from '@core/contract/desk-link'
import type { Progress } from '@core/contract/progress'
import { toProblem } from '@core/errors'
import { readBytes } from '../api/files'
import { useHost } from '../api/host'
import { useFiles } from './files'
import { useLessons } from './lessons'
import { useNotices } from './notices'
import { useWorkspace } from './workspace'

/** The run that is handed in for an assignment. */
export interface ChosenRun {
  readonly assignment: string
  readonly run: string
}

/** A graded file, and the SHA-256 of the submission in it. */
export type GradedRow = GradedFile & { readonly work: string | null }

interface Submission {
  readonly file: string
  readonly grade: (signal: Signal) => Promise<GradedWork>
}

export const useKits = defineStore('kits', () => {
  const host = useHost()
  const files = useFiles()
  const lessons = useLessons()
  const notices = useNotices()
  const workspace = useWorkspace()

  const listed = shallowRef<readonly KitSummary[]>([])
  /** The kit on show; the first one if it is null or gone. */
  const shown = shallowRef<string | null>(null)
  const load = async (): Promise<void> => void (listed.value = await host.call['kits.list']({}))
  host.onConnected(() => void notices.attempt(load))

  /** The desk that this lab has met; null for none. A pupil's page is at its desk already. */
  const link = shallowRef<DeskLink | null>(null)
  watch(
    () => workspace.description,
    (described, before) => {
      if (!described || before || described.desk === 'pupil') return
      host.stream('desk.watch', {}, { onPart: (part) => void (link.value = part), onFailure: notices.report })
    },
    { immediate: true },
  )
  async function fetchFromDesk(): Promise<string> {
    const id = await host.call['desk.fetchKit']({})
    await Promise.all([load(), lessons.load()])
    return id
  }
  const handInAtDesk = (kit: string, runs: readonly ChosenRun[], weights: boolean): Promise<unknown> =>
    notices.attempt(async () => {
      await host.call['desk.handIn']({ kit, runs: [...runs], weights })
      notices.tell(link.value && link.value.waiting > 0 ? 'kits.handedInLater' : 'class.handedIn')
    })

  /** Throws LabError for a file that is no kit. */
  async function add(bytes: Uint8Array<ArrayBuffer>): Promise<KitSummary> {
    const added = await host.call['kits.add']({ bytes })
    await Promise.all([load(), lessons.load()])
    return added
  }
  async function remove(id: string): Promise<void> {
    await host.call['kits.remove']({ id })
    await Promise.all([load(), lessons.load()])
  }
  async function openLab(kit: string, assignment: string): Promise<void> {
    if (!(await files.mayLeave())) return
    await notices.attempt(async () => {
      const { lab, data } = await host.call['kits.lab']({ id: kit, assignment })
      files.open(lab, { data })
    })
  }

  /** Work that takes as long as a training: one at a time, and it can be cancelled. */
  const underWay = shallowRef<{ readonly kit: string; readonly abort: Abort; readonly progress: Progress | null } | null>(null)
  const validated = shallowRef<ReadonlyMap<string, Graded>>(new Map())
  const graded = shallowRef<ReadonlyMap<string, readonly GradedRow[]>>(new Map())

  async function during(kit: string, work: (abort: Abort) => Promise<void>): Promise<void> {
    const abort = newAbort()
    underWay.value = { kit, abort, progress: null }
    try {
      await notices.attempt(() => work(abort))
    } finally {
      underWay.value = null
    }
  }
  const tell = (progress: Progress): void => {
    if (underWay.value) underWay.value = { ...underWay.value, progress }
  }

  const validate = (kit: string, runs: readonly ChosenRun[]): Promise<void> =>
    during(kit, async ({ signal }) => {
      const found = await host.call['kits.validate']({ kit, runs: [...runs] }, { signal, onPart: tell })
      validated.value = new Map(validated.value).set(kit, found)
    })

  /** One submission after another; one that cannot be graded says why, and the others go on. */
  const gradeAll = (kit: string, works: readonly Submission[]): Promise<void> =>
    during(kit, async ({ signal }) => {
      const done: GradedRow[] = []
      const show = (): void => void (graded.value = new Map(graded.value).set(kit, [...done]))
      show()
      for (const { file, grade } of works) {
        tell({ done: done.length, of: works.length })
        try {
          done.push({ file, ...(await grade(signal)), problem: null })
        } catch (error) {
          if (signal.aborted) throw error
          done.push({ file, work: null, graded: null, problem: toProblem(error) })
        }
        show()
      }
    })
  const gradeFiles = (kit: string, chosen: readonly File[], trainAgain: boolean): Promise<void> =>
    gradeAll(
      kit,
      chosen.map((file) => ({
        file: file.name,
        grade: async (signal) =>
          host.call['kits.grade']({ kit, bytes: await readBytes(file, () => undefined), trainAgain }, { signal }),
      })),
    )
  /** Everything that was handed in at the desk. */
  const gradeHandedIn = (kit: string): Promise<unknown> =>
    notices.attempt(async () => {
      const works = await host.call['class.works']({})
      await gradeAll(
        kit,
        works.map(({ file }) => ({ file, grade: (signal) => host.call['class.grade']({ kit, file }, { signal }) })),
      )
    })

  /** A mark given by hand replaces what was found, now and whenever the submission is graded again. */
  const mark = (kit: string, work: string, item: string, points: number): Promise<unknown> =>
    notices.attempt(async () => {
      await host.call['kits.mark']({ kit, work, item, points })
      const rows = (graded.value.get(kit) ?? []).map((row): GradedRow => {
        if (row.work !== work || !row.graded) return row
        const marks = withHand(row.graded.marks, { [item]: { points } })
        return { ...row, graded: { ...row.graded, marks, total: totalOf(marks) } }
      })
      graded.value = new Map(graded.value).set(kit, rows)
    })

  return {
    listed,
    shown,
    load,
    link,
    fetchFromDesk,
    handInAtDesk,
    add,
    remove,
    openLab,
    underWay,
    validate,
    validated,
    gradeFiles,
    gradeHandedIn,
    graded,
    mark,
  }
})
