/** Runs actions for buttons, menus, the command palette and shortcuts. */
import { defineStore } from 'pinia'
import { useHost } from '../api/host'
import { useNotices } from '../stores/notices'
import { isEnabled, type Action } from './action'
import { blockActions, groupActions } from './add'
import { labActions } from './file'
import { openLessonActions } from './lessons'
import { actionOf, actions, findAction, type ActionId } from './table'

export const useActions = defineStore('actions', () => {
  const notices = useNotices()

  /** Ignores a disabled action; a failure becomes a notice. */
  function perform(chosen: Action | ActionId): void {
    const action = typeof chosen === 'string' ? actionOf(chosen) : chosen
    if (!isEnabled(action)) return
    void notices.attempt(async () => {
      await action.perform()
    })
  }
  // The native menu may come from another version, so its commands may be unknown.
  useHost().on('menu.command', ({ command }) => {
    const action = findAction(command)
    if (action) perform(action)
  })

  /** All actions that are enabled now, including blocks to add, labs and lessons to open. */
  const available = (): Action[] =>
    [...actions, ...blockActions(), ...groupActions(), ...labActions(), ...openLessonActions()].filter(isEnabled)

  return { perform, available }
})
