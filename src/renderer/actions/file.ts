/** Creating, opening and saving labs. */
import { FileInput, FileOutput, SquareDashed } from '@lucide/vue'
import { inBoth, localText, textsOf } from '../locales'
import { useFiles } from '../stores/files'
import { useLab } from '../stores/lab'
import { useClass } from '../stores/class'
import { usePrompts } from '../stores/prompts'
import { useWorkspace } from '../stores/workspace'
import type { Action } from './action'
import { focusSoon } from './focus'

export const isLabOpen = (): boolean => useLab().document !== null

export const fileActions = [
  {
    id: 'file.new',
    section: 'file',
    icon: SquareDashed,
    shortcut: 'Alt+KeyN',
    otherShortcuts: ['$mod+n'], // reserved by browsers; works in the desktop window
    perform: newLab,
  },
  { id: 'file.open', section: 'file', icon: FileInput, shortcut: '$mod+o', perform: () => useFiles().openFile() },
  { id: 'file.save', section: 'file', shortcut: '$mod+s', enabled: isLabOpen, perform: () => useFiles().save() },
  { id: 'file.saveAs', section: 'file', shortcut: '$mod+Shift+s', enabled: isLabOpen, perform: () => useFiles().saveAs() },
  {
    id: 'file.import',
    section: 'file',
    enabled: () => useClass().role !== 'pupil', // the folder is one of the host's computer
    perform: () => (usePrompts().overlay = 'import'),
  },
  {
    id: 'file.export',
    section: 'file',
    icon: FileOutput,
    enabled: isLabOpen,
    perform: () => (usePrompts().overlay = 'export'),
  },
  { id: 'file.gallery', section: 'file', perform: () => (usePrompts().overlay = 'gallery') },
] as const satisfies readonly Action[]

/** Focuses the canvas, where the first block is added. */
async function newLab(): Promise<void> {
  const { opened } = useLab()
  await useFiles().newLab()
  if (useLab().opened !== opened) focusSoon('[data-testid="canvas"]')
}

/** One action per built-in lab. */
export const labActions = (): Action[] =>
  useWorkspace().labs.map(({ id, document: { title } }) => ({
    id: `lab.${id}`,
    section: 'labs',
    label: inBoth('commandPalette.openLab', { name: localText(title) }),
    names: [id, ...textsOf(title)],
    perform: () => useFiles().openBuiltIn(id),
  }))
