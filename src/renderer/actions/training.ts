/** Actions on the run on screen and on text generation. */
import { History, RotateCcw, Square, StepForward } from '@lucide/vue'
import { useCompare } from '../stores/compare'
import { useGeneration } from '../stores/generation'
import { usePrompts } from '../stores/prompts'
import { usePanels } from '../stores/panels'
import { useRun } from '../stores/run'
import type { Action } from './action'
import { isLabOpen } from './file'
import { focusSoon } from './focus'

export const trainingActions = [
  {
    id: 'training.toggle',
    section: 'training',
    shortcut: 'Space',
    keys: 'idle',
    enabled: isLabOpen,
    perform: () => useRun().toggle(),
  },
  {
    id: 'training.step',
    section: 'training',
    icon: StepForward,
    shortcut: '.',
    keys: 'idle',
    enabled: () => useRun().canStep,
    perform: () => useRun().step(),
  },
  {
    id: 'training.stop',
    section: 'training',
    icon: Square,
    enabled: () => useRun().active,
    perform: () => useRun().stop(),
  },
  {
    id: 'training.continue',
    section: 'training',
    enabled: () => useRun().resumable || useRun().extendable,
    perform: () => useRun().goOn(),
  },
  {
    id: 'training.again',
    section: 'training',
    icon: RotateCcw,
    enabled: () => useRun().status !== null,
    perform: () => useRun().trainAgain(),
  },
  { id: 'training.runs', section: 'training', icon: History, perform: () => (usePrompts().overlay = 'runs') },
  {
    id: 'training.compare',
    section: 'training',
    enabled: () => useCompare().isReady,
    perform: () => (usePrompts().overlay = 'compare'),
  },
  { id: 'training.twins', section: 'training', perform: () => (usePrompts().overlay = 'compare') },
  {
    id: 'training.generate',
    section: 'training',
    enabled: () => useGeneration().kind !== null,
    perform: showGeneration,
  },
] as const satisfies readonly Action[]

function showGeneration(): void {
  usePanels().setOpen('bottom', true)
  useGeneration().view = 'generation'
  focusSoon('[data-generation]')
}
