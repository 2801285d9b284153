/** Binds the shortcuts of the actions. Skips keys already handled by the canvas or a field. */
import { tinykeys } from 'tinykeys'
import { onMounted, onUnmounted } from 'vue'
import { shortcutsOf, type Action } from '../actions/action'
import { useActions } from '../actions/store'
import { actions } from '../actions/table'
import { usePrompts } from '../stores/prompts'

export function useShortcuts(): void {
  const { perform } = useActions()
  const prompts = usePrompts()
  let stop = (): void => undefined

  function listener(action: Action) {
    return (event: KeyboardEvent): void => {
      if (event.defaultPrevented || (action.keys === 'idle' && !isIdle(event.target, event.key))) return
      // Text fields have their own undo.
      if (action.section === 'edit' && isField(event.target)) return
      if ((prompts.overlay !== null || prompts.unsaved) && action.id !== 'view.palette') return
      event.preventDefault()
      perform(action)
    }
  }

  onMounted(() => {
    const bound = actions.filter(({ keys }) => keys !== 'canvas')
    stop = tinykeys(
      window,
      Object.fromEntries(bound.flatMap((action) => shortcutsOf(action).map((shortcut) => [shortcut, listener(action)]))),
    )
  })
  onUnmounted(() => stop())
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** Whether a single-key shortcut applies: not in a text field, and Space not on a control that it would activate. */
function isIdle(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement) || isField(target)) return false
  if (key !== ' ') return true
  return (
    target === document.body ||
    (target.matches('[data-testid="canvas"], [data-testid="canvas"] *') && !target.closest('button, .vue-flow__node'))
  )
}
