/** Actions on the view: canvas, panels, theme, language and help. */
import {
  FlaskConical,
  GraduationCap,
  Maximize,
  PanelBottomOpen,
  PanelLeftOpen,
  PanelRightOpen,
  Replace,
  Scale,
  Search,
  Users,
  WandSparkles,
  Waves,
} from '@lucide/vue'
import { useCanvasHandle } from '../stores/canvas'
import { useClass } from '../stores/class'
import { useGradientFlow } from '../stores/gradient-flow'
import { useLessons } from '../stores/lessons'
import { useLooks } from '../stores/looks'
import { usePanels } from '../stores/panels'
import { usePatch } from '../stores/patch'
import { usePrompts } from '../stores/prompts'
import { useRun } from '../stores/run'
import { useSettings, type Language, type Panel, type Theme } from '../stores/settings'
import { useWorth } from '../stores/worth'
import type { Action } from './action'
import { hasBlocks } from './edit'
import { isLabOpen } from './file'
import { focusSoon } from './focus'

const toggles = (panel: Panel) => (): void => usePanels().toggle(panel)
const shows = (theme: Theme) => (): void => void (useSettings().theme = theme)
const speaks = (language: Language) => (): void => void (useSettings().language = language)

export const viewActions = [
  {
    id: 'view.palette',
    section: 'view',
    icon: Search,
    shortcut: '$mod+k',
    perform: () => (usePrompts().overlay = 'palette'),
  },
  { id: 'view.findBlock', section: 'view', shortcut: 'a', keys: 'idle', enabled: isLabOpen, perform: findBlock },
  {
    id: 'view.fit',
    section: 'view',
    icon: Maximize,
    shortcut: 'f',
    keys: 'canvas',
    enabled: hasBlocks,
    perform: () => useCanvasHandle().handle?.fit(),
  },
  {
    id: 'view.tidy',
    section: 'view',
    icon: WandSparkles,
    enabled: () => hasBlocks() && useCanvasHandle().handle?.tidying.value === false,
    perform: () => useCanvasHandle().handle?.tidy(),
  },
  {
    id: 'view.gradients',
    section: 'view',
    icon: Waves,
    shortcut: 'g',
    keys: 'idle',
    enabled: hasBlocks,
    perform: () => useGradientFlow().toggle(),
  },
  { id: 'view.patch', section: 'view', icon: Replace, enabled: isLabOpen, perform: togglePatch },
  {
    id: 'view.patchSample',
    section: 'view',
    icon: Replace,
    enabled: () => useLooks().seen !== null && useRun().model !== null,
    perform: patchSample,
  },
  { id: 'view.worth', section: 'view', icon: Scale, enabled: isLabOpen, perform: toggleWorth },
  { id: 'view.experiments', section: 'view', icon: FlaskConical, perform: () => (usePrompts().overlay = 'experiments') },
  { id: 'view.kits', section: 'view', icon: GraduationCap, perform: () => (usePrompts().overlay = 'kits') },
  {
    id: 'view.class',
    section: 'view',
    icon: Users,
    enabled: () => useClass().role !== 'pupil',
    perform: () => (usePrompts().overlay = 'class'),
  },
  { id: 'view.left', section: 'view', icon: PanelLeftOpen, shortcut: 'Alt+Digit1', perform: toggles('left') },
  { id: 'view.bottom', section: 'view', icon: PanelBottomOpen, shortcut: 'Alt+Digit2', perform: toggles('bottom') },
  { id: 'view.right', section: 'view', icon: PanelRightOpen, shortcut: 'Alt+Digit3', perform: toggles('right') },
  { id: 'view.light', section: 'view', perform: shows('light') },
  { id: 'view.dark', section: 'view', perform: shows('dark') },
  { id: 'view.system', section: 'view', perform: shows('system') },
  { id: 'view.projector', section: 'view', perform: toggleProjector },
  { id: 'view.english', section: 'view', perform: speaks('en') },
  { id: 'view.chinese', section: 'view', perform: speaks('zh') },
] as const satisfies readonly Action[]

export const helpActions = [
  {
    id: 'help.shortcuts',
    section: 'help',
    shortcut: 'Shift+?',
    otherShortcuts: ['?'],
    keys: 'idle',
    perform: () => (usePrompts().overlay = 'shortcuts'),
  },
  { id: 'help.licences', section: 'help', perform: () => (usePrompts().overlay = 'licences') },
] as const satisfies readonly Action[]

function toggleProjector(): void {
  const settings = useSettings()
  settings.projector = !settings.projector
}

function togglePatch(): void {
  const patch = usePatch()
  // In place of the inspector: if its panel is closed, the patch is not on screen.
  patch.isOpen = !patch.isOpen || !usePanels().isOpen('right')
  if (patch.isOpen) showPatch()
}
/** Both inputs are the sample, or own input, on screen. */
function patchSample(): void {
  const [patch, { seen }] = [usePatch(), useLooks()]
  if (seen) patch.take(seen)
  patch.isOpen = true
  showPatch()
}
function showPatch(): void {
  usePanels().setOpen('right', true)
  focusSoon('[data-patch-title]')
}
function toggleWorth(): void {
  const worth = useWorth()
  worth.isOn = !worth.isOn
}

function findBlock(): void {
  useLessons().tab = 'blocks'
  usePanels().setOpen('left', true)
  focusSoon('[data-testid="palette-find"]')
}
