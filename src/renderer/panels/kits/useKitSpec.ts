/** A class kit while it is composed: lessons, assignments from open labs, and a rubric that follows from both. */
import { computed, reactive, ref } from 'vue'
import type { kitRequest } from '@core/contract/kits'
import type { RubricItem } from '@core/classroom/rubric'
import type { LabDocument } from '@core/lab/document'
import type { z } from 'zod'

type KitRequest = z.output<typeof kitRequest>

/** An assignment with what is asked for; 0 points leave an item out. */
export interface AssignmentDraft {
  readonly id: string
  readonly lab: LabDocument
  /** Id of the text that the lab reads; null for the task's own. */
  readonly data: string | null
  title: string
  text: string
  lockGraph: boolean
  lockTraining: boolean
  budget: number
  metric: string
  atLeast: number
  metricPoints: number
  /** Other held-out samples for tasks that draw them, or a file of the teacher's. */
  hidden: 'none' | 'seed' | 'file'
  hiddenFile: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> } | null
  hiddenPoints: number
  atMost: number
  sizePoints: number
}

export function useKitSpec(randomSeed = () => 1 + Math.floor(Math.random() * 0xfffffffe)) {
  const title = ref('')
  const summary = ref('')
  /** As a `datetime-local` input gives it; empty for none. */
  const due = ref('')
  const lessons = ref<string[]>([])
  const inOrder = ref(false)
  const quizPoints = ref(1)
  const assignments = reactive<AssignmentDraft[]>([])

  function addAssignment(lab: LabDocument, name: string, data: string | null): void {
    const number = Math.max(0, ...assignments.map(({ id }) => Number(id.slice('assignment-'.length)))) + 1
    assignments.push({
      ...{ id: `assignment-${number}`, lab, data, title: name, text: '', lockGraph: false, lockTraining: false },
      budget: Math.max(lab.training.steps, 2000),
      ...{ metric: 'accuracy', atLeast: 0.9, metricPoints: 2, hidden: 'none', hiddenFile: null, hiddenPoints: 3 },
      ...{ atMost: 0, sizePoints: 0 },
    })
  }
  const removeAssignment = (id: string): void =>
    void assignments.splice(
      assignments.findIndex((each) => each.id === id),
      1,
    )

  const isReady = computed(
    () =>
      title.value.trim() !== '' &&
      (assignments.length > 0 || lessons.value.length > 0) &&
      assignments.every((each) => each.title.trim() !== '' && (each.hidden !== 'file' || each.hiddenFile !== null)),
  )

  function request(): KitRequest {
    const texts: KitRequest['texts'] = {}
    const own: KitRequest['data'] = {}
    const hidden: KitRequest['spec']['hidden'] = {}
    for (const { id, data, hidden: kind, hiddenFile } of assignments) {
      if (data !== null) own[`data/${id}.txt`] = data
      if (kind === 'seed') hidden[id] = { seed: randomSeed() }
      if (kind === 'file' && hiddenFile) {
        texts[`hidden/${id}.txt`] = hiddenFile.bytes
        hidden[id] = { file: `hidden/${id}.txt` }
      }
    }
    return {
      spec: {
        ...{ format: 'attention-lab-kit-spec', version: 1, title: title.value.trim(), summary: summary.value },
        due: due.value === '' ? null : new Date(due.value).toISOString(),
        ...{ lessons: lessons.value, lessonsInOrder: inOrder.value, hidden },
        assignments: assignments.map(({ id, title, text, data, lab, lockGraph, lockTraining, budget }) => ({
          ...{ id, title, text, lab: `labs/${id}.json`, data: data === null ? null : `data/${id}.txt` },
          locks: {
            ...{ graph: lockGraph, task: true, data: true },
            training: lockTraining
              ? (Object.keys(lab.training) as KitRequest['spec']['assignments'][number]['locks']['training'])
              : [],
          },
          budget: { steps: budget, seconds: 600 },
        })),
        rubric: [...assignments.flatMap(itemsOf), ...quizzesOf(lessons.value, quizPoints.value)],
      },
      labs: Object.fromEntries(assignments.map(({ id, lab }) => [id, lab])),
      texts,
      data: own,
    }
  }

  return { title, summary, due, lessons, inOrder, quizPoints, assignments, addAssignment, removeAssignment, isReady, request }
}

function itemsOf({
  id,
  metric,
  atLeast,
  metricPoints,
  hidden,
  hiddenPoints,
  atMost,
  sizePoints,
}: AssignmentDraft): RubricItem[] {
  const asked = { is: 'metric', assignment: id, metric, atLeast } as const
  return [
    ...(metricPoints > 0 ? [{ ...asked, id: `${id}-validation`, points: metricPoints }] : []),
    ...(hidden !== 'none' && hiddenPoints > 0 ? [{ ...asked, id: `${id}-hidden`, points: hiddenPoints, on: id }] : []),
    ...(sizePoints > 0
      ? [
          {
            id: `${id}-size`,
            points: sizePoints,
            is: 'graph' as const,
            assignment: id,
            needs: [{ is: 'parameters' as const, atMost }],
          },
        ]
      : []),
  ]
}

const quizzesOf = (lessons: readonly string[], points: number): RubricItem[] =>
  points > 0 ? lessons.map((lesson) => ({ id: `quiz-${lesson}`, points, is: 'quiz', lesson, pieces: [] })) : []
