/** The lab being edited: its document with undo and redo, what is known of it, and where it is saved. */
import { useDebounceFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, nextTick, ref, shallowRef, watch } from 'vue'
import { analyse } from '@core/graph/analyse'
import type { Analysis } from '@core/graph/analysis'
import { applyEdit, type Edit } from '@core/graph/edit'
import { expandGroups } from '@core/graph/expansion'
import { record, redo as redoHistory, startHistory, undo as undoHistory, type History } from '@core/graph/history'
import { training, type LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { toProblem, type Problem } from '@core/errors'
import { readingOf } from '@core/tasks'
import type { TaskSpec } from '@core/tasks/types'
import { chooseFile, download } from '../api/files'
import { useHost } from '../api/host'
import { i18n, localText } from '../locales'
import { nodeIn, problemsIn, scopeOf, type Step } from '../scope'
import { sameStructure } from './structure'
import { useNotices } from './notices'
import { usePrompts } from './prompts'

export interface Origin {
  /** Where the host's dialogs saved it; null before the first save, and always in a browser. */
  readonly path?: string | null
  /** File name with its ending. */
  readonly name?: string | null
  /** The learner's text it trains on. */
  readonly data?: string | null
}

/** What undo goes back through. */
interface Work {
  readonly document: LabDocument
  /** The learner's own text and table, which stay chosen while a task is looked at that reads the other, or neither. */
  readonly own: { readonly text: string | null; readonly table: string | null }
}

const fileEnding = '.lab.json'

export const emptyLab = (title: LabDocument['title']): LabDocument => ({
  format: 'attention-lab',
  version: 1,
  title,
  summary: '',
  task: { kind: 'reverse', params: {} },
  graph: { nodes: [], edges: [] },
  training: training.parse({}),
})

export const useLab = defineStore('lab', () => {
  const host = useHost()
  const notices = useNotices()
  const prompts = usePrompts()

  const history = shallowRef<History<Work> | null>(null)
  const saved = shallowRef<LabDocument | null>(null)
  const path = ref<string | null>(null)
  const name = ref<string | null>(null)
  const selection = ref<string[]>([])
  /** How many labs have been opened: changes when another one is. */
  const opened = ref(0)

  const document = computed(() => history.value?.present.document ?? null)
  /** What the task reads; null for what is built in. Choosing it is a step of undo. */
  const dataId = computed({
    get: () => (history.value ? dataOf(history.value.present) : null),
    set: (id) => {
      if (!history.value || id === dataId.value) return
      move(record(history.value, withData(history.value.present, id)))
    },
  })
  const dirty = computed(() => document.value !== saved.value)
  const canUndo = computed(() => (history.value?.past.length ?? 0) > 0)
  const canRedo = computed(() => (history.value?.future.length ?? 0) > 0)

  // Groups that are opened, one inside the other.
  const opening = shallowRef<readonly Step[]>([])
  const scope = computed(() => (document.value ? scopeOf(document.value, opening.value) : null))
  /** What is seen and edited: the document, or the inside of the group that is opened. */
  const scoped = computed(() => scope.value?.document ?? null)
  /** The name by which analysis and run know a block that is seen here. */
  const fullName = (id: string): string => (scope.value?.prefix ?? '') + id
  function enter(node: string): void {
    opening.value = [...(scope.value?.path ?? []), { node, repetition: 1 }]
    select([])
  }
  /** Goes back up, until so many groups are opened; the one that was left is selected. */
  function leave(depth: number): void {
    const path = scope.value?.path ?? []
    const left = path[depth]
    opening.value = path.slice(0, depth)
    if (left) select([left.node])
  }
  function showRepetition(repetition: number): void {
    opening.value = (scope.value?.path ?? []).map((step, i, all) => (i === all.length - 1 ? { ...step, repetition } : step))
  }

  function apply(edit: Edit): void {
    if (!history.value) return
    const { present } = history.value
    const next = applyEdit(present.document, edit)
    if (next !== present.document) move(record(history.value, { ...present, document: next }))
  }
  /** An edit of the graph as it is seen: inside a group that is opened, of its definition. */
  function edit(change: Edit): void {
    const group = scope.value?.group ?? null
    apply(group === null ? change : { type: 'inGroup', group, edit: change })
  }
  function undo(): void {
    if (history.value) move(undoHistory(history.value))
  }
  function redo(): void {
    if (history.value) move(redoHistory(history.value))
  }
  /** Whatever is opened and selected must exist. */
  function move(next: History<Work>): void {
    history.value = next
    const { path, document: seen } = scopeOf(next.present.document, opening.value)
    if (path.length < opening.value.length) {
      opening.value = path
      select([])
    } else if (selection.value.some((id) => !nodeIn(seen, id))) select(selection.value.filter((id) => nodeIn(seen, id)))
  }
  function select(ids: readonly string[]): void {
    selection.value = [...ids]
  }

  // What the task is: asked of the host, which has the learner's data.
  const spec = shallowRef<TaskSpec | null>(null)
  const specProblem = shallowRef<Problem | null>(null)
  let asked = 0
  let answer: Promise<void> = Promise.resolve()
  function describeTask(): void {
    const task = document.value?.task
    const question = ++asked
    if (task) answer = ask(question, task)
  }
  async function ask(question: number, task: LabDocument['task']): Promise<void> {
    try {
      const described = await host.call['task.describe']({ task, data: dataId.value })
      if (question !== asked) return
      spec.value = described
      specProblem.value = null
    } catch (error) {
      if (question === asked) specProblem.value = toProblem(error)
    }
  }
  /** Resolves when what the task is now is known, or why it is none. */
  async function settleSpec(): Promise<void> {
    await nextTick() // a change of this moment is asked about, too
    for (let question = 0; question !== asked;) {
      question = asked
      await answer
    }
  }
  watch([() => JSON.stringify(document.value?.task), dataId], describeTask)
  host.onConnected(describeTask)

  /** The document, but the same object while only positions, title and the like change: so that analysis runs only when it must. */
  const structure = computed<LabDocument | null>((before) =>
    before && document.value && sameStructure(before, document.value) ? before : document.value,
  )
  const analysis = computed<Analysis | null>(() =>
    structure.value && spec.value ? analyse(structure.value, spec.value.signature) : null,
  )
  /** The problems of what is seen. */
  const problems = computed(() => (scope.value && analysis.value ? problemsIn(scope.value, analysis.value.problems) : []))
  /** The lab with every group replaced by its blocks, under the names that analysis and run give them. */
  const expanded = computed<LabDocument | null>(
    () => structure.value && { ...structure.value, graph: expandGroups(structure.value.graph).graph },
  )

  /** Replaces what is open, without asking. `unsaved` marks it as changed from the start, as a restored draft is. */
  function open(next: LabDocument, origin: Origin = {}, unsaved = false): void {
    spec.value = null
    history.value = startHistory(withData({ document: next, own: { text: null, table: null } }, origin.data ?? null))
    saved.value = unsaved ? null : next
    path.value = origin.path ?? null
    name.value = origin.name ?? null
    opening.value = []
    select([])
    prompts.overlay = null
    opened.value++
    describeTask()
  }

  /** Whether what is open may be replaced: true at once if nothing would be lost, otherwise as the person answers. */
  async function mayLeave(): Promise<boolean> {
    if (!document.value || !dirty.value) return true
    const answer = await prompts.askUnsaved()
    if (answer === 'save') return save()
    return answer === 'discard'
  }

  async function newLab(): Promise<void> {
    if (await mayLeave())
      open(
        emptyLab({
          en: i18n.global.t('shell.untitled', {}, { locale: 'en' }),
          zh: i18n.global.t('shell.untitled', {}, { locale: 'zh' }),
        }),
      )
  }

  async function openBuiltIn(id: string): Promise<void> {
    if (!(await mayLeave())) return
    await notices.attempt(async () => open(await host.call['labs.read']({ id })))
  }

  async function openFile(): Promise<void> {
    if (!(await mayLeave())) return
    await notices.attempt(async () => {
      const { dialogs } = await host.call['host.describe']({})
      if (dialogs) {
        const file = await host.call['files.open']({})
        if (file) open(parseLab(file.text), file)
      } else {
        const file = await chooseFile('.json,application/json')
        if (file) open(parseLab(await file.text()), { name: file.name })
      }
    })
  }

  /** Resolves to whether it was saved: not when the person cancels or it fails. */
  async function write(target: string | null): Promise<boolean> {
    const written = document.value
    if (!written) return false
    const text = JSON.stringify(written, null, 2) + '\n'
    const suggested = name.value ?? fileName(localText(written.title))
    const done = await notices.attempt(async () => {
      const { dialogs } = await host.call['host.describe']({})
      if (!dialogs) {
        download(suggested, text)
        return { path: null, name: suggested }
      }
      return host.call['files.save']({ path: target, name: suggested, text })
    })
    if (!done) return false
    saved.value = written
    path.value = done.path
    name.value = done.name
    notices.tell('shell.saved', { name: done.name })
    return true
  }
  const save = (): Promise<boolean> => write(path.value)
  const saveAs = (): Promise<boolean> => write(null)

  const tellDirty = useDebounceFn((value: boolean) => host.call['window.dirty']({ dirty: value }).catch(() => undefined), 100)
  watch(dirty, (value) => void tellDirty(value))

  return {
    document,
    structure,
    spec,
    specProblem,
    settleSpec,
    analysis,
    problems,
    expanded,
    scope,
    scoped,
    fullName,
    enter,
    leave,
    showRepetition,
    dirty,
    path,
    name,
    dataId,
    opened,
    selection,
    select,
    apply,
    edit,
    undo,
    redo,
    canUndo,
    canRedo,
    open,
    newLab,
    openBuiltIn,
    openFile,
    save,
    saveAs,
    mayLeave,
  }
})

function dataOf({ document, own }: Work): string | null {
  const reading = readingOf(document.task.kind)
  return reading && own[reading]
}
function withData(work: Work, id: string | null): Work {
  const reading = readingOf(work.document.task.kind)
  return reading ? { ...work, own: { ...work.own, [reading]: id } } : work
}

function fileName(title: string): string {
  const safe = title
    .replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')
    .trim()
    .replace(/\s+/g, '-')
  return (safe || 'lab').slice(0, 100) + fileEnding
}
