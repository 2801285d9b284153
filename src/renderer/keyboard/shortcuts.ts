/** Listens for the actions' shortcuts. What the canvas or a field has already used is left alone. */
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
      // Fields undo what is typed in them themselves.
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

/** Whether a key alone can be a shortcut where the focus is: not in a field, and Space not on what it would press or select. */
function isIdle(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement) || isField(target)) return false
  if (key !== ' ') return true
  return (
    target === document.body ||
    (target.matches('[data-testid="canvas"], [data-testid="canvas"] *') && !target.closest('button, .vue-flow__node'))
  )
}
