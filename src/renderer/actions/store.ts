/** Performs actions, for whoever asks: buttons, menus, palette, shortcuts. */
import { defineStore } from 'pinia'
import { useHost } from '../api/host'
import { useNotices } from '../stores/notices'
import { isEnabled, type Action } from './action'
import { blockActions, groupActions } from './add'
import { labActions } from './file'
import { actionOf, actions, findAction, type ActionId } from './table'

export const useActions = defineStore('actions', () => {
  const notices = useNotices()

  /** What cannot be done now is not done; a failure becomes a notice. */
  function perform(chosen: Action | ActionId): void {
    const action = typeof chosen === 'string' ? actionOf(chosen) : chosen
    if (!isEnabled(action)) return
    void notices.attempt(async () => {
      await action.perform()
    })
  }
  // The menu may be of another version.
  useHost().on('menu.command', ({ command }) => {
    const action = findAction(command)
    if (action) perform(action)
  })

  /** All that can be done now, blocks that can be added and labs that can be opened among it. */
  const available = (): Action[] => [...actions, ...blockActions(), ...groupActions(), ...labActions()].filter(isEnabled)

  return { perform, available }
})
