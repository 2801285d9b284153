/** State of one node for the inspector: place in the graph, analysis, and values of the last look. */
import { computed, onBeforeUnmount, toValue, useId, watch, type MaybeRefOrGetter } from 'vue'
import { blockByKind } from '@core/blocks'
import type { LookValue, Tensor } from '@core/contract/look'
import { portsOfNode } from '@core/graph/groups'
import { localName, nodeIn } from '@core/graph/scope'
import { memoryAt, sequenceAt, type SeenSequence } from '@core/graph/sequences'
import { matrixOf, type Matrix } from '../charts/matrix'
import { tokenTexts } from '@core/tokenisers/token-text'
import { useAnalysis } from '../stores/analysis'
import { useLab } from '../stores/lab'
import { useLooks } from '../stores/looks'
import { useRun } from '../stores/run'
import { useScope } from '../stores/scope'
import { useTask } from '../stores/task'

export function useNode(id: MaybeRefOrGetter<string>) {
  const lab = useLab()
  const scope = useScope()
  const task = useTask()
  const whole = useAnalysis()
  const run = useRun()
  const looks = useLooks()
  /** The node of the expanded graph; a group as in the document. */
  const node = computed(() => {
    const built = whole.expanded && nodeIn(whole.expanded, toValue(id))
    return built ?? (scope.document && nodeIn(scope.document, localName(toValue(id)))) ?? null
  })
  const block = computed(() => blockByKind(node.value?.kind ?? '') ?? null)
  const ports = computed(() => (lab.document && node.value && portsOfNode(lab.document.graph, node.value)) ?? null)
  const analysis = computed(() => whole.result?.nodes[toValue(id)] ?? null)
  /** The node as trained, which may differ from the edited document; before a run, the document's. */
  const trained = computed(() => run.graph?.nodes.find((candidate) => candidate.id === toValue(id)) ?? node.value)
  const trainedParams = computed(() => trained.value?.params ?? {})
  const from = computed(() => ({ document: whole.expanded, spec: looks.live?.spec ?? task.spec, sample: looks.seen }))
  /** The chosen sample's sequence at this node, and its memory sequence if there is one. */
  const sequence = computed(() => sequenceAt(from.value, toValue(id)))
  const textsOf = ({ ids, tokeniser }: SeenSequence) => tokenTexts(ids ?? [], tokeniser?.vocabulary ?? [])
  /** Texts of the tokens; empty before the first look. */
  const tokens = computed(() => textsOf(sequence.value))
  const keyTokens = computed(() => textsOf(memoryAt(from.value, toValue(id))))

  /** A probe or state of any node by full name; null if the last look lacks it. */
  const tensorOf = (name: string): Tensor | null => looks.value(name)
  /** A probe of this node by local name, without padding. */
  function matrix(name: string, at: Readonly<Record<string, number>> = {}): Matrix | null {
    const tensor = tensorOf(`${toValue(id)}/${name}`)
    return tensor && matrixOf(tensor, at, tokens.value.length || Infinity, keyTokens.value.length || Infinity)
  }
  /** Id of the node connected to an input. */
  const sourceOf = (port: string): string | null =>
    whole.expanded?.graph.edges.find(({ to }) => to.node === toValue(id) && to.port === port)?.from.node ?? null
  /** Value of an input without padding: the output of the node connected to it. */
  function input(port: string): Matrix | null {
    const source = sourceOf(port)
    const tensor = source === null ? null : tensorOf(`${source}/output`)
    return tensor && matrixOf(tensor, {}, tokens.value.length || Infinity)
  }
  return {
    ...{ looks, node, trained, trainedParams, block, ports, analysis },
    ...{ sequence, tokens, keyTokens, tensorOf, matrix, input, sourceOf },
  }
}

/** Requests values or slices by full name while the component is mounted. */
export function useWanted(wanted: () => readonly (string | LookValue | null)[]): void {
  const looks = useLooks()
  const key = `view/${useId()}`
  const values = computed(() =>
    wanted().flatMap((value): LookValue[] => (value === null ? [] : typeof value === 'string' ? [{ name: value }] : [value])),
  )
  watch(values, (now) => looks.want(key, { values: now }), { immediate: true })
  onBeforeUnmount(() => looks.want(key, null))
}

/** Full probe name of a node's output. */
export const outputOf = (node: string | null): string | null => (node === null ? null : `${node}/output`)
