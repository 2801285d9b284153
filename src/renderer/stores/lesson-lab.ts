/** The lab of the open lesson on the canvas: opening it, what it changes, and tasks that complete themselves. */
import { dequal } from 'dequal/lite'
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { LabError } from '@core/errors'
import type { Edit } from '@core/graph/edit'
import type { LabDocument } from '@core/lab/document'
import { isReached } from '@core/lab/goal'
import { fulfil, holds, type Situation } from '@core/lessons/conditions'
import type { PieceOf } from '@core/lessons/format'
import { useHost } from '../api/host'
import { useAnalysis } from './analysis'
import { useCanvasHandle } from './canvas'
import { useExperiments } from './experiments'
import { useFiles } from './files'
import { useLab } from './lab'
import { useLessons, type PlacedPiece } from './lessons'
import { useRun } from './run'
import { useScope } from './scope'

interface OpenedLab {
  readonly lesson: string
  readonly name: string
  /** As it was before edits. */
  readonly document: LabDocument
  /** Which of the labs opened in this window. */
  readonly number: number
}
/** Survives a reload of the window, with the draft of the lab. */
const openKey = 'attention-lab.lesson-lab'

export const useLessonLab = defineStore('lesson-lab', () => {
  const host = useHost()
  const lessons = useLessons()
  const lab = useLab()
  const files = useFiles()
  const run = useRun()
  const scope = useScope()
  const analysis = useAnalysis()
  const experiments = useExperiments()
  const canvas = useCanvasHandle()

  const opened = shallowRef<OpenedLab | null>(null)
  /** The lab on the canvas, if the open lesson has opened it. */
  const current = computed(() =>
    opened.value?.number === lab.opened && opened.value.lesson === lessons.lesson?.id ? opened.value : null,
  )
  watch([() => lab.opened, opened], () => {
    if (opened.value?.number === lab.opened) sessionStorage.setItem(openKey, JSON.stringify(keyOf(opened.value)))
    else sessionStorage.removeItem(openKey)
  })
  const keyOf = ({ lesson, name }: OpenedLab): [string, string] => [lesson, name]

  /** The name of the lab that a piece is about: that of the last piece before it that opens one. */
  function labOf(id: string): string {
    const before = lessons.pieces.slice(0, lessons.pieces.findIndex((piece) => piece.id === id) + 1)
    const last = before.findLast(({ piece }) => piece.kind === 'lab' || piece.kind === 'bug')?.piece
    return last && 'lab' in last ? last.lab : (lessons.lesson?.lab ?? '')
  }
  const isOpen = (id: string): boolean => current.value?.name === labOf(id)

  /** Throws LabError where there is no such lab. */
  async function read(name: string): Promise<LabDocument> {
    const [experiment = '', variation] = name.split('/')
    if (variation !== undefined) return readVariation(experiment, variation)
    const own = await host.call['lessons.lab']({ id: lessons.lesson?.id ?? '', name })
    return own ?? host.call['labs.read']({ id: name })
  }
  /** Labs of experiments are composed by code, so their blocks have no places yet. */
  async function readVariation(experiment: string, variation: string): Promise<LabDocument> {
    const document = experiments.labOf(experiment, variation)
    if (!document) throw new LabError('lab.unknown', { id: `${experiment}/${variation}`, known: experiment })
    return canvas.handle?.laidOut(document) ?? document
  }

  /** The edits of the lesson that lead to a piece: those of its lab and of the tasks that were done since. */
  function editsBefore(id: string): readonly Edit[] {
    const until = lessons.pieces.findIndex((piece) => piece.id === id)
    const from = lessons.pieces.findLastIndex(({ piece }, at) => at <= until && (piece.kind === 'lab' || piece.kind === 'bug'))
    return lessons.pieces.slice(Math.max(0, from), until + 1).flatMap((placed) => {
      const { piece } = placed
      if (piece.kind === 'lab') return piece.edits
      return piece.kind === 'do' && placed.id !== id && lessons.done.has(placed.id) ? editsOf(piece) : []
    })
  }
  const applyAll = (edits: readonly Edit[]): void => {
    if (edits.length > 0) lab.apply(edits.length === 1 ? edits[0]! : { type: 'batch', edits })
  }

  /** Opens the lab of a piece as the lesson has changed it so far, asking about unsaved changes. Returns false if cancelled. */
  async function openFor(id: string): Promise<boolean> {
    if (!(await openNamed(labOf(id), editsBefore(id)))) return false
    if (lessons.place(id)?.piece.kind === 'lab') lessons.complete(id)
    return true
  }
  async function openNamed(name: string, edits: readonly Edit[]): Promise<boolean> {
    const { lesson } = lessons
    if (!lesson) return false
    const document = await read(name)
    if (!(await files.mayLeave()) || lesson.id !== lessons.lesson?.id) return false
    files.open(document)
    opened.value = { lesson: lesson.id, name, document, number: lab.opened }
    applyAll(edits)
    return true
  }
  /** The lab that the lesson begins with, where the canvas shows none yet. */
  async function begin(): Promise<void> {
    if (lessons.lesson && !lab.document) await openNamed(lessons.lesson.lab, [])
  }
  /** After a reload, when the draft of the same window is on the canvas again. */
  async function resume(): Promise<void> {
    const [lesson, name] = (JSON.parse(sessionStorage.getItem(openKey) ?? '[]') ?? []) as string[]
    if (lesson === undefined || name === undefined || lesson !== lessons.lesson?.id) return
    const number = lab.opened
    opened.value = { lesson, name, document: await read(name), number }
  }

  /** Blocks that differ from the lab as it was opened. */
  const changed = computed<ReadonlySet<string>>(() => {
    if (!current.value || !lab.document) return new Set()
    const before = new Map(current.value.document.graph.nodes.map((node) => [node.id, node]))
    const bare = ({ position: _, name: __, ...rest }: LabDocument['graph']['nodes'][number]) => rest
    const differs = lab.document.graph.nodes.filter((node) => {
      const known = before.get(node.id)
      return !known || !dequal(bare(known), bare(node))
    })
    return new Set(differs.map(({ id }) => id))
  })

  const situation = computed((): Situation | null =>
    lab.document === null
      ? null
      : {
          lab: lab.document,
          run: run.status && !run.stale ? { step: run.status.step, metrics: run.metrics ?? {} } : null,
          mutes: lab.mutes,
          selected: scope.selection.map(scope.fullName),
        },
  )
  /** What the lab on the canvas must reach, and within how many steps, for a bug to count as fixed. */
  const goal = computed(() => current.value?.document.goal ?? null)
  function isMended({ run: trained }: Situation): boolean {
    return goal.value !== null && trained !== null && isReached(goal.value, [trained])
  }
  function isFulfilled({ id, piece }: PlacedPiece): boolean {
    if (piece.kind === 'measure') return experiments.latest(piece.experiment) !== null
    if (!situation.value || !isOpen(id)) return false
    if (piece.kind === 'lab') return piece.edits.length === 0
    if (piece.kind === 'bug') return isMended(situation.value)
    return piece.kind === 'do' && holds(piece.when, situation.value)
  }
  const fulfilled = computed(() =>
    lessons.pieces.filter((placed) => placed.screen <= lessons.reached && !lessons.done.has(placed.id) && isFulfilled(placed)),
  )
  watch(fulfilled, (now) => now.forEach(({ id }) => lessons.complete(id)), { immediate: true })

  const editsOf = ({ edits, when }: PieceOf<'do'>): readonly Edit[] =>
    edits ?? fulfil(when).flatMap((deed) => (deed.do === 'edit' ? [deed.edit] : []))
  /** Does what a task asks for; edits are one undo step. */
  async function doForMe(id: string): Promise<void> {
    const piece = lessons.place(id)?.piece
    if (piece?.kind !== 'do' && piece?.kind !== 'bug') return
    if (!isOpen(id) && !(await openFor(id))) return
    applyAll(piece.kind === 'bug' ? piece.mend : editsOf(piece))
    if (piece.kind === 'bug') return train()
    for (const deed of piece.edits ? [] : fulfil(piece.when)) {
      if (deed.do === 'train') await train()
      else if (deed.do === 'mute') await mute(deed.gate, deed.index)
      else if (deed.do === 'select') {
        scope.leave(0)
        scope.select([deed.node])
      }
    }
  }
  async function train(): Promise<void> {
    if (!run.running || run.stale) await (run.stale ? run.trainAgain() : run.toggle())
  }
  async function mute(gate: string, index: number | undefined): Promise<void> {
    await analysis.settle()
    const gates = Object.values(analysis.result?.nodes ?? {}).flatMap((node) => node.gates)
    const size = gates.find(({ name }) => name === gate)?.size ?? 0
    const multipliers = lab.mutes[gate] ?? Array.from({ length: size }, () => 1)
    lab.setMutes({ ...lab.mutes, [gate]: multipliers.map((value, at) => (index === undefined || at === index ? 0 : value)) })
  }

  return { current, changed, goal, labOf, isOpen, openFor, begin, doForMe, resume }
})
