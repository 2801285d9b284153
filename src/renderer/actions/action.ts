/** An action, as buttons, menus, the command palette and shortcuts use it. */
import type { Component } from 'vue'
import type { LocalText } from '@core/lab/document'
import { inBoth, localText, textsOf } from '../locales'

export type Section = 'lessons' | 'file' | 'edit' | 'training' | 'view' | 'blocks' | 'labs' | 'help'

export interface Action {
  /** Also the command name that the native menu sends. */
  readonly id: string
  readonly section: Section
  /** Defaults to the text `commands.ID`. */
  readonly label?: LocalText
  /** Names to search by; defaults to the label. */
  readonly names?: readonly string[]
  readonly icon?: Component
  /** The kind of block that the action adds. */
  readonly kind?: string
  /** In tinykeys syntax; `$mod` is Ctrl, or Cmd on a Mac. */
  readonly shortcut?: string
  /** Alternative shortcuts that are not displayed. */
  readonly otherShortcuts?: readonly string[]
  /** Where the shortcut works: `idle` only outside text fields; `canvas` shortcuts are handled by the canvas. */
  readonly keys?: 'everywhere' | 'idle' | 'canvas'
  /** Whether it can be performed now; defaults to always. */
  readonly enabled?: () => boolean
  readonly perform: () => unknown
}

export const isEnabled = ({ enabled }: Action): boolean => enabled?.() ?? true

const labelIn = ({ id, label }: Action): LocalText => label ?? inBoth(`commands.${id}`)
/** In the current language. Reactive. */
export const labelOf = (action: Action): string => localText(labelIn(action))
export const namesOf = (action: Action): readonly string[] => action.names ?? textsOf(labelIn(action))

export const shortcutsOf = ({ shortcut, otherShortcuts = [] }: Action): readonly string[] =>
  shortcut === undefined ? otherShortcuts : [shortcut, ...otherShortcuts]

const mac = typeof navigator !== 'undefined' && /mac/i.test(navigator.platform)

/** A shortcut as displayed: Ctrl+Shift+Z, or ⇧⌘Z on a Mac. */
export function shortcutText(shortcut: string | undefined): string | undefined {
  const keys = shortcut?.split('+').map((key) => (key.length === 1 ? key.toUpperCase() : key.replace(/^(Key|Digit)/, '')))
  if (!keys) return undefined
  if (keys.at(-1) === '?') return '?'
  return mac
    ? keys.map((key) => ({ $mod: '⌘', Shift: '⇧', Alt: '⌥' })[key] ?? key).join('')
    : keys.map((key) => (key === '$mod' ? 'Ctrl' : key)).join('+')
}
