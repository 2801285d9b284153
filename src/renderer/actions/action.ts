/** An action: everything that a button, a menu, the command palette and a shortcut need to know of one thing that can be done. */
import type { Component } from 'vue'
import type { LocalText } from '@core/lab/document'
import { inBoth, localText, textsOf } from '../locales'

export type Section = 'file' | 'edit' | 'training' | 'view' | 'blocks' | 'labs' | 'help'

export interface Action {
  /** Also the name by which the native menu asks for it. */
  readonly id: string
  readonly section: Section
  /** By default the text `commands.ID`. */
  readonly label?: LocalText
  /** What it is found by; by default its label. */
  readonly names?: readonly string[]
  readonly icon?: Component
  /** The kind of block it adds. */
  readonly kind?: string
  /** As tinykeys writes it; `$mod` is Ctrl, or Cmd on a Mac. */
  readonly shortcut?: string
  /** Further keys that do the same and are not shown. */
  readonly otherShortcuts?: readonly string[]
  /** Who listens for the shortcut: a key alone only where nothing is typed; the canvas itself for what belongs to it. */
  readonly keys?: 'everywhere' | 'idle' | 'canvas'
  /** Whether it can be done now; by default always. */
  readonly enabled?: () => boolean
  readonly perform: () => unknown
}

export const isEnabled = ({ enabled }: Action): boolean => enabled?.() ?? true

const labelIn = ({ id, label }: Action): LocalText => label ?? inBoth(`commands.${id}`)
/** In the current language; reactive. */
export const labelOf = (action: Action): string => localText(labelIn(action))
export const namesOf = (action: Action): readonly string[] => action.names ?? textsOf(labelIn(action))

export const shortcutsOf = ({ shortcut, otherShortcuts = [] }: Action): readonly string[] =>
  shortcut === undefined ? otherShortcuts : [shortcut, ...otherShortcuts]

const mac = typeof navigator !== 'undefined' && /mac/i.test(navigator.platform)

/** As it stands on the keys: Ctrl+Shift+Z, or ⇧⌘Z on a Mac. */
export function shortcutText(shortcut: string | undefined): string | undefined {
  const keys = shortcut?.split('+').map((key) => (key.length === 1 ? key.toUpperCase() : key.replace(/^(Key|Digit)/, '')))
  if (!keys) return undefined
  if (keys.at(-1) === '?') return '?'
  return mac
    ? keys.map((key) => ({ $mod: '⌘', Shift: '⇧', Alt: '⌥' })[key] ?? key).join('')
    : keys.map((key) => (key === '$mod' ? 'Ctrl' : key)).join('+')
}
