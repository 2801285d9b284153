/** All actions with fixed ids, in the order of the command palette and the shortcut list. */
import type { Action } from './action'
import { editActions } from './edit'
import { fileActions } from './file'
import { lessonActions } from './lessons'
import { trainingActions } from './training'
import { helpActions, viewActions } from './view'

const table = [...fileActions, ...editActions, ...lessonActions, ...trainingActions, ...viewActions, ...helpActions] as const
export type ActionId = (typeof table)[number]['id']

export const actions: readonly (Action & { readonly id: ActionId })[] = table

const byId = new Map<string, Action>(actions.map((action) => [action.id, action]))
export const findAction = (id: string): Action | undefined => byId.get(id)
export const actionOf = (id: ActionId): Action => byId.get(id)!
