/** Listens for the commands' shortcuts. What the canvas or a field has already used is left alone. */
import { tinykeys } from 'tinykeys'
import { onMounted, onUnmounted } from 'vue'
import { useCommands, type Command } from '../commands'
import { usePrompts } from '../stores/prompts'

const alternatives: Readonly<Record<string, readonly string[]>> = {
  'edit.redo': ['$mod+y'],
  'file.new': ['$mod+n'], // browsers keep this one to themselves; the desktop window gives it
  'help.shortcuts': ['?'],
}

export function useShortcuts(): void {
  const commands = useCommands()
  const prompts = usePrompts()
  let stop = (): void => undefined

  function listener({ id, keys = 'everywhere' }: Command) {
    return (event: KeyboardEvent): void => {
      if (event.defaultPrevented || (keys === 'idle' && !isIdle(event.target, event.key))) return
      // Fields undo what is typed in them themselves.
      if (id.startsWith('edit.') && isField(event.target)) return
      if ((prompts.overlay !== null || prompts.unsaved) && id !== 'view.palette') return
      event.preventDefault()
      commands.perform(id)
    }
  }

  onMounted(() => {
    const bound = commands.table.filter(({ shortcut, keys }) => shortcut && keys !== 'canvas')
    stop = tinykeys(
      window,
      Object.fromEntries(
        bound.flatMap((command) =>
          [command.shortcut ?? '', ...(alternatives[command.id] ?? [])].map((keys) => [keys, listener(command)] as const),
        ),
      ),
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
