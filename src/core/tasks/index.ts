/** The catalogue of tasks: one line each. */
import type { z } from 'zod'
import { LabError } from '../errors'
import type { TaskRef } from './ref'
import { adding } from './adding'
import { associativeRecall } from './associative-recall'
import { brackets } from './brackets'
import { characters } from './next-token/characters'
import { copy } from './copy'
import { dates } from './dates'
import { firstToken } from './first-token'
import { induction } from './induction'
import { modularAddition } from './modular-addition'
import { bytePairs } from './next-token/byte-pairs'
import { words } from './next-token/words'
import { numbers } from './numbers'
import { ownClassification } from './own/classification'
import { ownLabels } from './own/labels'
import { ownPairs } from './own/pairs'
import { ownTagging } from './own/tagging'
import { parity } from './parity'
import { pretrained } from './pretrained/pretrained'
import { posTagging } from './pos-tagging/pos-tagging'
import { reverse } from './reverse'
import { sentiment } from './sentiment'
import { sort } from './sort'
import { topics } from './topics'
import type { Preview, TaskDefinition, TaskInstance } from './types'

export const tasks: readonly TaskDefinition[] = [
  reverse,
  copy,
  sort,
  firstToken,
  associativeRecall,
  induction,
  adding,
  parity,
  modularAddition,
  brackets,
  posTagging,
  sentiment,
  topics,
  dates,
  numbers,
  characters,
  words,
  bytePairs,
  pretrained,
  ownClassification,
  ownLabels,
  ownTagging,
  ownPairs,
]

/** @throws LabError `task.unknown` */
export function taskByKind(kind: string): TaskDefinition {
  const task = tasks.find((candidate) => candidate.kind === kind)
  if (!task) throw new LabError('task.unknown', { kind, known: tasks.map((each) => each.kind).join(', ') })
  return task
}

/** The task of a new lab: defaults, with settings switched on that older labs lack. Throws LabError `task.unknown`. */
export function newTask(kind: string): TaskRef {
  const { params, fresh } = taskByKind(kind)
  return { kind, params: params.parse(fresh ?? {}) as TaskRef['params'] }
}

/** The learner's data that a task reads: running text, a table, or none. An unknown task reads none. */
export function readingOf(kind: string): 'text' | 'table' | null {
  const task = tasks.find((candidate) => candidate.kind === kind)
  if (!task || task.data === 'none') return null
  return task.preview ? 'table' : 'text'
}

/** Whether several files are one text to it, rather than a table with a row for each. */
export const joinsTexts = (kind: string): boolean => readingOf(kind) === 'text' || kind === ownTagging.kind

function parameterError(task: string, issue: z.core.$ZodIssue): LabError {
  const parameter = issue.path.join('.')
  switch (issue.code) {
    case 'unrecognized_keys':
      return new LabError('task.parameter-unknown', { task, parameter: issue.keys.join(', ') })
    case 'too_small':
      return new LabError('task.parameter-too-small', { task, parameter, minimum: Number(issue.minimum) })
    case 'too_big':
      return new LabError('task.parameter-too-large', { task, parameter, maximum: Number(issue.maximum) })
    case 'invalid_value':
      return new LabError('task.parameter-choice', { task, parameter, choices: issue.values.map(String).join(', ') })
    default:
      return new LabError('task.parameter-invalid', { task, parameter })
  }
}

function parameters(task: TaskDefinition, ref: TaskRef): unknown {
  const parsed = task.params.safeParse(ref.params)
  if (!parsed.success) throw parameterError(task.kind, parsed.error.issues[0]!)
  return parsed.data
}

/**
 * Creates the task of a lab. `data` is the learner's own text, or null.
 * @throws LabError for an unknown kind, invalid parameters or unsuitable data.
 */
export function createTask(ref: TaskRef, data: string | null): TaskInstance {
  const task = taskByKind(ref.kind)
  if (data !== null && task.data === 'none') throw new LabError('task.takes-no-data', { task: task.kind })
  return task.create(parameters(task, ref), data)
}

/** The first rows of the table a task reads, or null if it reads none. Throws LabError like {@link createTask}. */
export function previewTask(ref: TaskRef, data: string | null): Preview | null {
  const task = taskByKind(ref.kind)
  return task.preview?.(parameters(task, ref), data) ?? null
}
