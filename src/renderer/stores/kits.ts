/** Class kits of this workspace, and what was validated and graded in this window. */
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { totalOf, type Graded, type HandMarks } from '@core/classroom/grade'
import type { GradedFile, KitSummary } from '@core/contract/kits'
import { newAbort, type Abort } from '@core/contract/cancel'
import type { DeskLink } from '@core/contract/desk-link'
import type { Progress } from '@core/contract/worker'
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
  const graded = shallowRef<ReadonlyMap<string, readonly GradedFile[]>>(new Map())

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

  /** Submissions by file, kept so that they can be graded again with marks given by hand. */
  const works = new Map<string, readonly { readonly file: string; readonly bytes: Uint8Array<ArrayBuffer> }[]>()
  const grade = (
    kit: string,
    given: readonly { readonly file: string; readonly bytes: Uint8Array<ArrayBuffer> }[],
    trainAgain: boolean,
  ): Promise<void> =>
    during(kit, async ({ signal }) => {
      works.set(kit, given)
      const done: GradedFile[] = []
      graded.value = new Map(graded.value).set(kit, [])
      const onPart = (file: GradedFile): void => {
        done.push(file)
        graded.value = new Map(graded.value).set(kit, [...done])
        tell({ done: done.length, of: given.length })
      }
      await host.call['kits.grade']({ kit, works: [...given], trainAgain, marks: {} }, { signal, onPart })
    })

  /** A mark given by hand replaces what was found; it changes nothing else. */
  function mark(kit: string, file: string, hand: HandMarks): void {
    const files = (graded.value.get(kit) ?? []).map((each) =>
      each.file === file && each.graded ? { ...each, graded: { ...each.graded, ...withHand(each.graded, hand) } } : each,
    )
    graded.value = new Map(graded.value).set(kit, files)
  }

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
    grade,
    graded,
    mark,
  }
})

function withHand({ marks }: Graded, hand: HandMarks): Pick<Graded, 'marks' | 'total'> {
  const changed = marks.map((each) => {
    const given = hand[each.item]
    return given ? { ...each, points: given.points, byHand: true } : each
  })
  return { marks: changed, total: totalOf(changed) }
}
