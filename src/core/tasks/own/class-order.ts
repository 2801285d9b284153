/**
 * The order of numeric classes: by value, or as text (1, 10, 2) as in earlier versions. Class ids are tied to a run's weights, so a run
 * keeps its initial order.
 */
import { z } from 'zod'
import { advanced } from '../../fields'
import type { TaskRef } from '../ref'

const orders = ['value', 'text'] as const
export type ClassOrder = (typeof orders)[number]

export const classOrderParam = z.enum(orders).default('value').register(advanced, {})

const kinds: ReadonlySet<string> = new Set(['own-classification', 'own-labels', 'own-tagging'])

/** Sets the order if the task has one and none is set. Stored runs without one come from earlier versions: `text`. */
export function withClassOrder(task: TaskRef, classOrder: ClassOrder): TaskRef {
  const isSet = !kinds.has(task.kind) || task.params['classOrder'] !== undefined
  return isSet ? task : { ...task, params: { ...task.params, classOrder } }
}
