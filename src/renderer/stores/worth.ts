/** What each block and head of the model on screen is worth: what muting it costs in addition to what is muted already. */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { PartWorth } from '@core/contract/worth'
import { useHost } from '../api/host'
import { useLab } from './lab'
import { useMeasured } from './measured'
import { useMutes } from './mutes'

export const useWorth = defineStore('worth', () => {
  const host = useHost()
  const lab = useLab()
  const mutes = useMutes()

  /** Whether the canvas shows it. */
  const isOn = ref(false)
  const { result, outdated, progress, busy, problem, evaluate, cancel } = useMeasured(
    isOn,
    (model) => (isOn.value ? { model, mutes: mutes.applied } : null),
    (question, options) => host.call['models.worth'](question, options),
  )
  watch(
    () => lab.opened,
    () => (isOn.value = false),
  )

  const parts = computed(() => {
    const byBlock = new Map<string, PartWorth[]>()
    for (const part of isOn.value ? (result.value?.parts ?? []) : []) {
      const block = part.gate.slice(0, part.gate.lastIndexOf('/'))
      byBlock.set(block, [...(byBlock.get(block) ?? []), part])
    }
    return byBlock
  })
  /** The parts of a block by its full name. */
  const partsOf = (block: string): readonly PartWorth[] => parts.value.get(block) ?? none

  return { isOn, result, outdated, progress, busy, problem, evaluate, cancel, partsOf }
})

const none: readonly PartWorth[] = []
