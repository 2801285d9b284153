/** Mutes and their effect: evaluates the model on screen with and without them on the validation set. */
import { watchDebounced } from '@vueuse/core'
import { dequal } from 'dequal/lite'
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { Comparison, Mutes } from '@core/contract/look'
import type { GraphNode } from '@core/lab/document'
import { useHost } from '../api/host'
import { useAnalysis } from './analysis'
import { useAsking } from './asking'
import { useLab } from './lab'
import { useRun } from './run'
import { stable } from './stable'
import { useTime } from './time'

/** Debounce in milliseconds. */
const settled = 250

export const useMutes = defineStore('mutes', () => {
  const host = useHost()
  const lab = useLab()
  const analysis = useAnalysis()
  const run = useRun()
  const time = useTime()

  /** Mutes that apply to the model on screen, which may have been trained before the last edits. */
  const applied = stable((): Mutes =>
    Object.fromEntries(
      Object.entries(lab.mutes).flatMap(([gate, multipliers]) => (isTrained(gate) ? [[gate, [...multipliers]]] : [])),
    ),
  )
  function isTrained(gate: string): boolean {
    const block = gate.slice(0, gate.lastIndexOf('/'))
    const find = (nodes: readonly GraphNode[] = []) => nodes.find(({ id }) => id === block)
    const [edited, trained] = [find(analysis.expanded?.graph.nodes), find(run.graph?.nodes)]
    return trained !== undefined && edited?.kind === trained.kind && dequal(edited.params, trained.params)
  }
  const isMuted = (gate: string, index: number): boolean => lab.mutes[gate]?.[index] === 0
  /** Toggles one multiplier of a gate, as an undo step. */
  function toggle(gate: string, index: number, size: number): void {
    const multipliers = lab.mutes[gate] ?? Array.from({ length: size }, () => 1)
    setGate(
      gate,
      multipliers.map((value, i) => (i === index ? 1 - value : value)),
    )
  }
  /** Replaces all multipliers of a gate, as an undo step. */
  const setGate = (gate: string, multipliers: readonly number[]): void => lab.setMutes({ ...lab.mutes, [gate]: multipliers })
  const unmuteAll = (): void => lab.setMutes({})

  const comparison = shallowRef<Comparison | null>(null)
  const { ask, cancel, ...asking } = useAsking()

  const question = stable(() =>
    time.model !== null && Object.keys(applied.value).length > 0 ? { model: time.model, mutes: applied.value } : null,
  )
  /** Evaluates the current weights. */
  async function evaluate(): Promise<void> {
    const asked = question.value
    cancel()
    if (!asked) return
    await ask(
      (options) => host.call['models.evaluate'](asked, options),
      (found) => (comparison.value = found),
    )
  }

  // A result is valid only for these mutes and this model.
  watch(
    question,
    () => {
      cancel()
      comparison.value = asking.problem.value = null
    },
    { flush: 'sync' },
  )
  watchDebounced(question, () => void evaluate(), { debounce: settled })

  return { applied, isMuted, toggle, setGate, unmuteAll, comparison, ...asking, evaluate }
})
