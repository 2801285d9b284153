/** Reads a Hugging Face folder as a lab with its weights, and reports what became of every tensor. */
import { basename, resolve } from 'node:path'
import type { ImportReport, TensorReport } from '@core/contract/import'
import { LabError } from '@core/errors'
import { compile } from '@core/graph/compile'
import { training, type LabDocument } from '@core/lab/document'
import { sizeOf } from '@core/program/shapes'
import type { Shape } from '@core/program/types'
import { createTask } from '@core/tasks'
import { joinData } from '@core/tasks/pretrained/data'
import type { TaskInstance } from '@core/tasks/types'
import type { Tokeniser } from '@core/tokenisers'
import type { SafeTensor } from '@engine/safetensors'
import { CONFIG, type Architecture, type Blueprint } from './architecture'
import { architectureOf } from './architectures'
import { readJsonFile } from './json-file'
import { shapeOf, statesFrom, type Mapped } from './mapping'
import { readTokeniser, unusedToken } from './read-tokeniser'
import { openWeights, readTensor, type StoredTensor, type Weights } from './shards'

/** Beyond this, weights and activations do not fit into the memory of a laptop. */
const mostParameters = 500e6
const usualLength = 128
/** Above this many parameters, batches are small. */
const large = 20e6

export interface ImportOptions {
  /** Tokens of a sequence; null for the usual number. */
  readonly length: number | null
  /** The learner's own text; null for the built-in one. */
  readonly text: string | null
}

export interface ModelPlan {
  readonly lab: LabDocument
  readonly task: TaskInstance
  /** Of the task: tokeniser and text. */
  readonly data: string
  readonly title: string
  readonly report: ImportReport
  /** Reads the weights, one tensor after the other. */
  read(onTensor?: (done: number, of: number) => void): Promise<ReadonlyMap<string, SafeTensor>>
  close(): Promise<void>
}

/** Checks everything but the numbers of the weights. Throws LabError. */
export async function planImport(folder: string, { length, text }: ImportOptions): Promise<ModelPlan> {
  const config = await readJsonFile(folder, CONFIG)
  if (!config) throw new LabError('import.no-model', { folder })
  const architecture = architectureOf(config['model_type'])
  const weights = await openWeights(folder)
  try {
    const named = nameFinder(architecture, weights)
    const tokeniser = await readTokeniser(folder)
    const separator = separatorOf(tokeniser)
    const blueprint = architecture.blueprint(config, { has: (tensor) => named(tensor) !== undefined, separator })
    const { vocabulary, longest, objective, graph } = blueprint
    requireSize(blueprint)
    const wanted = length ?? Math.min(longest, usualLength)
    if (wanted > longest) throw new LabError('import.long', { length: wanted, limit: longest })
    const data = joinData(padded(tokeniser ?? numbered(vocabulary), vocabulary), text ?? '')
    const title = basename(resolve(folder)).slice(0, 200)
    const lab: LabDocument = {
      ...{ format: 'attention-lab', version: 1, title, summary: '' },
      task: { kind: 'pretrained', params: { length: wanted, objective } },
      graph,
      training: training.parse({
        steps: 100,
        batchSize: parametersOf(blueprint) > large ? 2 : 8,
        learningRate: 5e-5,
        evaluateEvery: 25,
      }),
    }
    const task = createTask(lab.task, data)
    const { states } = compile(lab, task.spec.signature, { mode: 'infer', batch: 1 })
    const shapes = new Map(states.map(({ name, value }) => [name, value.shape]))
    const parts = blueprint.mapped.map((mapped) => ({ mapped, stored: stored(mapped, shapes, named) }))
    return {
      ...{ lab, task, data, title, close: () => weights.close() },
      report: reportOf(String(config['model_type']), parts, weights, shapes, blueprint),
      async read(onTensor) {
        const values = new Map<string, SafeTensor>()
        for (const [done, { mapped, stored: tensor }] of parts.entries()) {
          const own = mapped.states.map((state) => shapes.get(state)!)
          const numbers = statesFrom(mapped, await readTensor(tensor), own)
          mapped.states.forEach((state, at) => values.set(state, { shape: own[at]!, data: numbers[at]! }))
          onTensor?.(done + 1, parts.length)
        }
        return values
      },
    }
  } catch (error) {
    await weights.close()
    throw error
  }
}

/** Finds a tensor with the prefix of its class or without, and LayerNorm's old names of gain and bias. */
function nameFinder({ prefix }: Architecture, { tensors }: Weights): (tensor: string) => StoredTensor | undefined {
  return (tensor) => {
    const old = tensor.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta')
    const names = [prefix + tensor, tensor, prefix + old, old]
    return names.map((name) => tensors.get(name)).find((found) => found !== undefined)
  }
}

/** Throws LabError `import.missing-tensor`, `import.tensor-shape` or `import.tensor-type`. */
function stored(
  mapped: Mapped,
  shapes: ReadonlyMap<string, Shape>,
  named: (tensor: string) => StoredTensor | undefined,
): StoredTensor {
  const tensor = named(mapped.tensor)
  if (!tensor) throw new LabError('import.missing-tensor', { tensor: mapped.tensor })
  const wanted = shapeOf(
    mapped,
    mapped.states.map((state) => shapes.get(state)!),
  )
  const { name, dtype, shape } = tensor
  if (wanted.join() !== shape.join()) {
    throw new LabError('import.tensor-shape', { tensor: name, given: shape.join(', '), wanted: wanted.join(', ') })
  }
  if (!['F32', 'F16', 'BF16'].includes(dtype)) throw new LabError('import.tensor-type', { tensor: name, type: dtype })
  return tensor
}

const fateOf = { same: 'taken', transposed: 'transposed', joined: 'split' } as const

function reportOf(
  type: string,
  parts: readonly { mapped: Mapped; stored: StoredTensor }[],
  { tensors }: Weights,
  shapes: ReadonlyMap<string, Shape>,
  { objective }: Blueprint,
): ImportReport {
  const used = parts.map(({ mapped, stored: { name, dtype, shape } }): TensorReport => ({
    ...{ tensor: name, fate: fateOf[mapped.form], dtype, shape, states: mapped.states },
  }))
  const names = new Set(used.map(({ tensor }) => tensor))
  const others = [...tensors.values()].filter(({ name }) => !names.has(name))
  const left = others.map(({ name, dtype, shape }): TensorReport => ({
    tensor: name,
    fate: 'left over',
    dtype,
    shape,
    states: [],
  }))
  const parameters = [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0)
  const hasHead = objective === 'next' || shapes.has('next-token/bias')
  const missing: TensorReport[] = hasHead
    ? []
    : [{ tensor: 'cls.predictions.*', fate: 'missing', dtype: '', shape: [], states: [] }]
  return { model: type, parameters, bytes: 4 * parameters, tensors: [...used, ...left, ...missing] }
}

/** An estimate from the sizes in `config.json`, before anything is built from them. */
function parametersOf({ graph, vocabulary, longest }: Blueprint): number {
  const find = (nodes: LabDocument['graph']['nodes'], kind: string) => nodes.find((each) => each.kind === kind)?.params ?? {}
  const inner = graph.groups?.['layer']?.nodes ?? []
  const width = Number(find(graph.nodes, 'embedding')['width'])
  const { hidden } = find(inner, 'feed-forward')
  const repeat = Number(find(graph.nodes, 'group')['repeat'])
  const positions = graph.nodes.some(({ kind }) => kind === 'position') ? longest : 0
  return (vocabulary + positions) * width + repeat * (4 * width * width + 3 * width * Number(hidden))
}

function requireSize(blueprint: Blueprint): void {
  const parameters = parametersOf(blueprint)
  if (parameters <= mostParameters) return
  throw new LabError('import.too-large', { millions: Math.round(parameters / 1e6), limit: mostParameters / 1e6 })
}

const separatorOf = (tokeniser: Tokeniser | null): number => (tokeniser && 'after' in tokeniser ? (tokeniser.after[0] ?? 0) : 0)

/** Tokens as numbers, for a model without a tokeniser. */
const numbered = (count: number): Tokeniser => ({
  kind: 'words',
  vocabulary: Array.from({ length: count }, (_, id) => String(id)),
  signs: 0,
  unknown: 0,
  spaces: 'separating',
})

/** With as many tokens as the embedding has rows: models are often padded to a round number. Throws LabError `import.too-many-tokens`. */
function padded(tokeniser: Tokeniser, rows: number): Tokeniser {
  const { vocabulary } = tokeniser
  if (vocabulary.length > rows) throw new LabError('import.too-many-tokens', { tokens: vocabulary.length, rows })
  if (vocabulary.length === rows) return tokeniser
  const others = Array.from({ length: rows - vocabulary.length }, (_, at) => unusedToken(vocabulary.length + at))
  return { ...tokeniser, vocabulary: [...vocabulary, ...others] }
}
