/** What an inspector knows of one node: its place in the graph, its analysis, and the live tensors of the last frame. */
import { computed, onBeforeUnmount, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { blockByKind } from '@core/blocks'
import type { Tensor } from '@core/contract/lab'
import { expandGroups } from '@core/graph/expansion'
import { portsOfNode } from '@core/graph/groups'
import { localName, nodeIn } from '@core/graph/scope'
import { memoryAt, sequenceAt, type SeenSequence } from '@core/graph/sequences'
import { matrixOf, type Matrix } from '../charts/matrix'
import { tokenTexts } from '../charts/tokenText'
import { useLiveFrame } from '../pictures/liveFrame'
import { useAnalysis } from '../stores/analysis'
import { useLab } from '../stores/lab'
import { useRun } from '../stores/run'
import { useScope } from '../stores/scope'
import { useTask } from '../stores/task'

export function useNode(id: MaybeRefOrGetter<string>) {
  const lab = useLab()
  const scope = useScope()
  const task = useTask()
  const whole = useAnalysis()
  const run = useRun()
  /** As it is built; a group, as it stands in the lab. */
  const node = computed(() => {
    const built = whole.expanded && nodeIn(whole.expanded, toValue(id))
    return built ?? (scope.document && nodeIn(scope.document, localName(toValue(id)))) ?? null
  })
  const trainedGraph = computed(() => run.runDocument && expandGroups(run.runDocument.graph).graph)
  const block = computed(() => blockByKind(node.value?.kind ?? '') ?? null)
  const ports = computed(() => (lab.document && node.value && portsOfNode(lab.document.graph, node.value)) ?? null)
  const analysis = computed(() => whole.result?.nodes[toValue(id)] ?? null)
  const frame = useLiveFrame()
  /** The node's settings in the model that is being trained, which the lab may have left behind; before a run, in the lab. */
  const trainedParams = computed(() => {
    const trained = trainedGraph.value?.nodes.find((candidate) => candidate.id === toValue(id))
    return (trained ?? node.value)?.params ?? {}
  })
  const sample = computed(() => frame.value?.predictions[frame.value.sample] ?? null)
  const from = computed(() => ({ document: whole.expanded, spec: task.spec, sample: sample.value }))
  /** The chosen sample's sequence that comes in, and that of the memory where there is one. */
  const sequence = computed(() => sequenceAt(from.value, toValue(id)))
  const textsOf = ({ ids, tokeniser }: SeenSequence) => tokenTexts(ids ?? [], tokeniser?.vocabulary ?? [])
  /** Texts of their tokens; empty before the first frame. */
  const tokens = computed(() => textsOf(sequence.value))
  const keyTokens = computed(() => textsOf(memoryAt(from.value, toValue(id))))

  /** A probe or state of any node by its full name, as long as the last frame holds it. */
  const tensorOf = (name: string): Tensor | null => frame.value?.probes[name] ?? frame.value?.states[name] ?? null
  /** A probe of this node by its local name, without padding. */
  function matrix(name: string, at: Readonly<Record<string, number>> = {}): Matrix | null {
    const tensor = tensorOf(`${toValue(id)}/${name}`)
    return tensor && matrixOf(tensor, at, tokens.value.length || Infinity, keyTokens.value.length || Infinity)
  }
  /** Id of the node wired to an input. */
  const sourceOf = (port: string): string | null =>
    whole.expanded?.graph.edges.find(({ to }) => to.node === toValue(id) && to.port === port)?.from.node ?? null
  /** What came in at an input: the output of the node wired to it, without padding. */
  function input(port: string): Matrix | null {
    const source = sourceOf(port)
    const tensor = source === null ? null : tensorOf(`${source}/output`)
    return tensor && matrixOf(tensor, {}, tokens.value.length || Infinity)
  }
  /** Why there are no live numbers, as a key of a text under `inspector`. */
  const absence = computed(() => {
    if (run.stale) return 'notInRun'
    return run.active || frame.value ? 'waiting' : 'beforeRun'
  })
  return {
    ...{ run, frame, absence, node, trainedParams, block, ports, analysis },
    ...{ sample, sequence, tokens, keyTokens, tensorOf, matrix, input, sourceOf },
  }
}

export interface Wanted {
  readonly probes?: readonly (string | null)[]
  readonly states?: readonly (string | null)[]
}

/** Asks the run for tensors by their full names while the view is mounted; names the graph does not know are left out. */
export function useWanted(key: string, wanted: () => Wanted): void {
  const analysis = useAnalysis()
  const run = useRun()
  const known = (part: 'probes' | 'weights') =>
    new Set(Object.values(analysis.result?.nodes ?? {}).flatMap((node) => node[part].map(({ name }) => name)))
  const request = computed(() => {
    const { probes = [], states = [] } = wanted()
    const [knownProbes, knownStates] = [known('probes'), known('weights')]
    return {
      probes: probes.filter((name) => name !== null && knownProbes.has(name)) as string[],
      states: states.filter((name) => name !== null && knownStates.has(name)) as string[],
    }
  })
  watch(request, (value) => run.want(key, value), { immediate: true })
  onBeforeUnmount(() => run.want(key, null))
}

/** A node's input without its padding, by full probe name. */
export const outputOf = (node: string | null): string | null => (node === null ? null : `${node}/output`)
