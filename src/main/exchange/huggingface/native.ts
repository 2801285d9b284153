/** A lab whose graph equals GPT-2, BERT or Llama, as a folder that transformers reads by its own class: the inverse of an import. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dequal } from 'dequal'
import { blockByKind } from '@core/blocks'
import type { FloatType } from '@core/contract/exchange'
import { LabError } from '@core/errors'
import { applicable, fieldsOf } from '@core/fields'
import { expandGroups } from '@core/graph/expansion'
import { completeParams } from '@core/lab/complete-params'
import type { Graph, GraphNode } from '@core/lab/document'
import type { Params } from '@core/params'
import { writeSafeTensors, type SafeTensor } from '@engine/safetensors'
import { CONFIG, type Architecture, type Config } from './architecture'
import { architectures } from './architectures'
import { tensorFrom, type Mapped } from './mapping'
import { generationOf, tokenizersOf, vocabularyFile } from '../auto-map/folder'
import type { ExportSource } from '../source'

export interface NativeModel {
  readonly config: Config
  /** With the names of weights of this lab. */
  readonly mapped: readonly Mapped[]
  readonly architecture: Architecture
  /** Whether the model has an output layer; BERT may have none. */
  readonly hasHead: boolean
}

interface Step {
  readonly id: string
  readonly kind: string
  readonly settings: Params
  /** For each input port, the place of the block it comes from, and its output. */
  readonly inputs: readonly (readonly [string, number, string])[]
}

/** Null for a lab that equals none of the architectures. */
export function nativeModel({ lab, spec }: Pick<ExportSource, 'lab' | 'spec'>): NativeModel | null {
  const { vocabulary, length, source } = spec.signature
  if (source) return null
  const steps = stepsOf(lab.graph, length)
  if (!steps) return null
  const ordered = steps.toReversed()
  const of = (kind: string): GraphNode[] =>
    ordered.flatMap(({ id, kind: own, settings }) =>
      own === kind ? [{ id, kind, params: settings, position: { x: 0, y: 0 } }] : [],
    )
  const tied = steps[0]!.inputs.some(([port]) => port === 'table')
  const hasHead = of('linear').length > 0
  for (const architecture of architectures) {
    const told = architecture.configOf({ of, vocabulary, length })
    if (!told) continue
    const given = {
      has: (tensor: string) => (tensor === 'lm_head.weight' ? !tied : hasHead),
      separator: Number(of('segment')[0]?.params['separator'] ?? 0),
    }
    const config = { ...told, tie_word_embeddings: tied }
    try {
      const { graph, mapped } = architecture.blueprint(config, given)
      const wanted = stepsOf(graph, length)
      if (!wanted || !dequal(wanted.map(withoutId), steps.map(withoutId))) continue
      const idOf = new Map(wanted.map(({ id }, at) => [id, steps[at]!.id]))
      const renamed = (state: string): string => {
        const [id = '', weight = ''] = state.split('/')
        return `${idOf.get(id)}/${weight}`
      }
      return {
        ...{ config, architecture, hasHead: hasHead || architecture.types[0] !== 'bert' },
        mapped: mapped.map((each) => ({ ...each, states: each.states.map(renamed) })),
      }
    } catch (error) {
      if (!(error instanceof LabError)) throw error // a size that such a model cannot have
    }
  }
  return null
}

const withoutId = ({ kind, settings, inputs }: Step): Omit<Step, 'id'> => ({ kind, settings, inputs })

/** The blocks that the output depends on, in an order that follows from the wires alone; null without one output. */
function stepsOf(graph: Graph, length: number): Step[] | null {
  const { nodes, edges } = expandGroups(graph).graph
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const into = new Map(edges.map(({ from, to }) => [`${to.node}.${to.port}`, from]))
  const outputs = nodes.filter(({ kind }) => blockByKind(kind)?.family === 'output')
  if (outputs.length !== 1) return null
  const places = new Map([[outputs[0]!.id, 0]])
  const steps: Step[] = []
  const queue = [outputs[0]!]
  let width = 0
  for (const node of nodes) if (node.kind === 'embedding') width = Number(completeParams(node)['width'])
  for (const node of queue) {
    const inputs = Object.keys(blockByKind(node.kind)?.inputs ?? {}).flatMap((port): [string, number, string][] => {
      const from = into.get(`${node.id}.${port}`)
      const source = from && byId.get(from.node)
      if (!source) return []
      if (!places.has(source.id)) {
        places.set(source.id, places.size)
        queue.push(source)
      }
      return [[port, places.get(source.id)!, from.port]]
    })
    steps.push({ id: node.id, kind: node.kind, settings: settingsOf(node, width, length), inputs })
  }
  return steps
}

/** Settings of a fresh model, which say nothing of a trained one. */
const initial: ReadonlySet<string> = new Set(['initialiser', 'deviation'])

/** Those that apply, with what 0 stands for. */
function settingsOf(node: GraphNode, width: number, length: number): Params {
  const params = completeParams(node)
  const block = blockByKind(node.kind)
  const fields = block ? applicable(fieldsOf(block.params), params) : []
  const settings = Object.fromEntries(fields.flatMap(({ name }) => (initial.has(name) ? [] : [[name, params[name]]])))
  if (node.kind === 'position' && settings['method'] === 'learned') settings['rows'] ||= length
  if (node.kind === 'multi-head') {
    settings['keyValueHeads'] ||= params['heads']
    for (const name of ['keyWidth', 'valueWidth']) settings[name] ||= width / Number(params['heads'])
    if ((params['maps'] as unknown[]).length > 0) settings['maps'] = params['maps']
  }
  return settings
}

/** Tensors by the names that transformers gives them. */
export function nativeTensors(
  { mapped, architecture, hasHead }: NativeModel,
  weights: ReadonlyMap<string, SafeTensor>,
): ReadonlyMap<string, SafeTensor> {
  const isOutside = (name: string): boolean => name.startsWith('lm_head.') || name.startsWith('cls.')
  return new Map(
    mapped.map((each) => {
      const name = hasHead && !isOutside(each.tensor) ? architecture.prefix + each.tensor : each.tensor
      return [
        name,
        tensorFrom(
          each,
          each.states.map((state) => weights.get(state)!),
        ),
      ]
    }),
  )
}

const dtypes = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const

/** Tokeniser and generation; the vocabulary alone where the libraries have no counterpart of the tokeniser. */
export function nativeTexts(source: Pick<ExportSource, 'spec'>): [string, string][] {
  const tokenisers = tokenizersOf(source)
  return [...(tokenisers.length > 0 ? tokenisers : [vocabularyFile(source)]), ...generationOf(source, { isCached: true })]
}

/** Writes `config.json`, `model.safetensors` and the files of {@link nativeTexts}. */
export async function writeNative(
  model: NativeModel,
  { weights, spec }: Pick<ExportSource, 'weights' | 'spec'>,
  folder: string,
  dtype: FloatType,
): Promise<void> {
  const { config, architecture, hasHead } = model
  const className = hasHead ? (classNames[String(config['model_type'])] ?? architecture.className) : 'BertModel'
  const written = { architectures: [className], ...config, dtype: dtypes[dtype] }
  await writeFile(join(folder, CONFIG), `${JSON.stringify(written, null, 2)}\n`)
  const tensors = nativeTensors(model, weights)
  await writeFile(
    join(folder, 'model.safetensors'),
    writeSafeTensors({ tensors, metadata: { format: 'pt' } }, { floats: dtype }),
  )
  for (const [path, content] of nativeTexts({ spec })) await writeFile(join(folder, path), content)
}

const classNames: Readonly<Record<string, string>> = { mistral: 'MistralForCausalLM' }
