/**
 * The flow of gradients through the model on screen, if it is shown: norms of the gradients of each block's weights, and of the loss with respect
 * to each output, in the next training step.
 */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { exitOf } from '@core/graph/groups'
import { nodeIn } from '@core/graph/scope'
import type { PortRef } from '@core/lab/document'
import { useLooks } from './looks'
import { useRun } from './run'
import { useScope } from './scope'

export const useGradientFlow = defineStore('gradientFlow', () => {
  const looks = useLooks()
  const run = useRun()
  const scope = useScope()

  const isShown = ref(false)
  const toggle = (): void => void (isShown.value = !isShown.value)

  /** Blocks of the model, then its outputs that are connected. */
  const names = computed(() => {
    const { nodes, edges } = run.graph ?? { nodes: [], edges: [] }
    const outputs = edges.map(({ from }) => `${from.node}/${from.port}`)
    return [...new Set([...nodes.map(({ id }) => id), ...outputs])]
  })
  watch(
    [isShown, names],
    ([shown, all]) => looks.want('gradientFlow', shown ? { values: all.map((name) => ({ name: prefix + name })) } : null),
    { immediate: true },
  )

  /** The norms of the last look, by name; blocks without weights have none. */
  const norms = computed(() => {
    const found = new Map<string, number>()
    if (!isShown.value) return found
    for (const name of names.value) {
      const norm = looks.value(prefix + name)?.data[0]
      if (norm !== undefined) found.set(name, norm)
    }
    return found
  })
  /** Powers of ten around all norms but 0; at least three of them apart, so that similar norms look alike. */
  const decades = computed(() => {
    const logs = [...norms.value.values()].flatMap((norm) => (norm > 0 && Number.isFinite(norm) ? [Math.log10(norm)] : []))
    if (logs.length === 0) return null
    const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))]
    const missing = Math.max(0, fewestDecades - (high - low))
    return { low: low - Math.ceil(missing / 2), high: high + Math.floor(missing / 2) }
  })
  /** The place of a norm on the logarithmic scale, 0 to 1. */
  function share(norm: number): number {
    if (!decades.value || Number.isNaN(norm) || norm <= 0) return 0
    const { low, high } = decades.value
    return Math.min(1, Math.max(0, (Math.log10(norm) - low) / (high - low)))
  }

  /** Of the weights of a block or group in scope; null if it has none. */
  function ofWeights(node: string): number | null {
    const full = scope.fullName(node)
    const own = norms.value.get(full)
    if (own !== undefined) return own
    const inside = [...norms.value].flatMap(([name, norm]) =>
      name.startsWith(`${full}.`) && !name.includes('/') ? [norm] : [],
    )
    return inside.length === 0 ? null : Math.hypot(...inside)
  }
  /** At an output in scope; null if there is none. */
  function ofOutput(from: PortRef): number | null {
    const { document } = scope
    const node = document && nodeIn(document, from.node)
    if (!document || !node) return null
    const { node: id, port } = exitOf(document.graph, node, from.port)
    return norms.value.get(`${scope.fullName(id)}/${port}`) ?? null
  }

  return { isShown, toggle, norms, decades, share, ofWeights, ofOutput }
})

const prefix = 'gradientNorm/'
const fewestDecades = 3
