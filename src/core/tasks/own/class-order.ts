/**
 * In which order classes that are numbers are numbered: by value, or as texts (1, 10, 2), as earlier versions did. The weights of a run mean
 * classes by number, so a run keeps the order it began with.
 */
import { z } from 'zod'
import { advanced } from '../../fields'
import type { TaskRef } from '../ref'

const orders = ['value', 'text'] as const
export type ClassOrder = (typeof orders)[number]

export const classOrderParam = z.enum(orders).default('value').register(advanced, {})

const kinds: ReadonlySet<string> = new Set(['own-classification', 'own-labels', 'own-tagging'])

/** With this order, where the task has one and none is set. Of a run that is kept and names none, that of earlier versions: `text`. */
export function withClassOrder(task: TaskRef, classOrder: ClassOrder): TaskRef {
  const isSet = !kinds.has(task.kind) || task.params['classOrder'] !== undefined
  return isSet ? task : { ...task, params: { ...task.params, classOrder } }
}
