/** Compiles a graph into several programs: a training step, validation metrics, inference, inspection and generation. */
import type { Mode } from '../blocks/define'
import { fromProblem, LabError } from '../errors'
import type { LabDocument } from '../lab/document'
import { gradients as differentiate } from '../program/autodiff'
import { clipByGlobalNorm } from '../program/optimisers/clip'
import { optimisers } from '../program/optimisers'
import { moment, type Parameter } from '../program/optimisers/define'
import { optimise } from '../program/passes'
import { sizeOf } from '../program/shapes'
import type { Program, State, Value } from '../program/types'
import type { Signature } from '../signature'
import { buildGraph, type BuiltGraph } from './build'
import type { GraphBuilder } from './graph-builder'
import { emitGradientNorms } from './gradient-norms'
import { emitLens } from './lens'
import { nameOperations, operationAxes } from './operations'
import { shardProblems } from './shard-problems'

export interface CompileOptions {
  readonly mode: Mode
  /** Sequences per batch; by default the training batch size. */
  readonly batch?: number
  /** Whether heads and paths can be muted. Off by default in training: multiplying by 1 has no effect but costs time. */
  readonly gated?: boolean
  /**
   * For gradient accumulation: the program of all mini-batches of a step but the last, which adds up gradients without updating weights.
   */
  readonly gather?: boolean
  /**
   * For a batch divided into shards (`training.shards`): `gradients` is the program of one shard, of `batch` sequences, which writes no state;
   * its output `gradients` are those of the summed loss as one vector, parameter after parameter. `update` is the rest of the step, whose inputs
   * are the sum of these vectors over all shards, and `counted`, the number of scored predictions.
   */
  readonly shard?: 'gradients' | 'update'
  /** Whether single activations can be taken from the last sequence of the batch. */
  readonly patched?: boolean
  /** Whether what depends on constants only is computed now; which of it is, depends on sizes. On by default. */
  readonly folds?: boolean
  /** For `inspect`: whether the output of every operation is a probe under its name (see `nameOperations`). */
  readonly operations?: boolean
  /** For `train`: whether gradients are outputs, `gradient/WEIGHT`: those of the step's mean loss, before clipping. */
  readonly gradients?: boolean
  /** For `train`: whether the norms of gradients are outputs, see `emitGradientNorms`. */
  readonly gradientNorms?: boolean
  /** For `inspect`: whether the logits read off earlier values are outputs, `lens/BLOCK`, in the order of computation; see `emitLens`. */
  readonly lens?: boolean
}

/** Throws the first problem of an invalid graph; `analyse` lists them all. */
export function compile(document: LabDocument, signature: Signature, options: CompileOptions): Program {
  const { mode, batch = document.training.batchSize, gated = mode !== 'train', patched = false } = options
  const smoothing = document.training.labelSmoothing
  const built = buildGraph(document.graph, signature, { mode, batch, gated, patched, smoothing })
  const { builder, problems } = built
  const [problem] = options.shard ? [...problems, ...shardProblems(built, document)] : problems
  if (problem) throw fromProblem(problem)
  if (options.operations) probeOperations(built, document)
  if (options.lens) for (const { block, logits } of emitLens(built)) builder.output(`lens/${block}`, logits)
  emitObjective(built, document, options)
  const tolerance = builder.givenObjective?.tolerance
  return { ...optimise(builder.build(), undefined, options.folds), ...(tolerance !== undefined && { tolerance }) }
}

/** Axis names come from the training batch size, as in `analyse`: with another one, equal sizes could make reshaped axes ambiguous. */
function probeOperations({ builder }: BuiltGraph, { graph, training }: LabDocument): void {
  const options = { mode: 'inspect', batch: training.batchSize, gated: true } as const
  const axes = operationAxes(buildGraph(graph, builder.signature, options))
  for (const [name, { block, output }] of nameOperations(builder.ops)) builder.probe(name, block, axes.get(name)!, output)
}

/** Emits what a mode needs beyond the blocks: the loss, and gradients or the predictions for the metrics. */
function emitObjective({ builder: b, wires }: BuiltGraph, document: LabDocument, options: CompileOptions): void {
  const { gather = false, gradients = false, gradientNorms = false } = options
  const objective = b.givenObjective
  if (!objective) throw new LabError('graph.no-output')
  if (b.mode !== 'train' && b.mode !== 'evaluate') {
    b.output('logits', objective.logits)
    b.output('predictions', objective.predictions)
    const { probabilities } = objective
    if (probabilities) b.output('probabilities', b.signature.aim === 'labels' ? probabilities : b.max(probabilities, -1))
    return
  }
  const total = (values: Value) =>
    b.sum(
      values,
      values.shape.map((_, axis) => axis),
    )
  const count = total(objective.counted)
  const lossSum = total(b.mul(objective.losses, objective.counted))
  if (options.shard === 'update') {
    takeStep(b, meanOfShards(b, parametersOf(b, lossSum).parameters), document)
    return
  }
  const loss = b.div(lossSum, b.maximum(count, 1))
  b.output('loss', loss)
  b.output('metric/loss/sum', lossSum)
  b.output('metric/loss/count', count)
  if (b.mode === 'evaluate') {
    b.output('predictions', objective.predictions)
    return
  }
  b.output('metric/accuracy/sum', total(b.mul(objective.right, objective.counted)))
  if (options.shard === 'gradients') {
    b.output('gradients', joined(b, parametersOf(b, lossSum).parameters))
    return
  }
  if (gather) {
    addGradients(b, parametersOf(b, lossSum).parameters)
    return
  }
  const sums = document.training.accumulate > 1
  const outputs = gradientNorms ? [...wires].map(([port, { value }]) => ({ port, value })) : []
  const { parameters: own, gradientOf } = parametersOf(
    b,
    sums ? lossSum : loss,
    outputs.map(({ value }) => value),
  )
  const parameters = sums ? meanOverBatches(b, own, count) : own
  if (gradientNorms) emitGradientNorms(b, parameters, outputs, gradientOf, sums ? b.maximum(count, 1) : null)
  if (gradients) for (const { state, gradient } of parameters) b.output(`gradient/${state.name}`, gradient)
  takeStep(b, parameters, document)
}

/** The trainable weights on which the loss depends, with their gradients; and the gradients of these and of `others`, by value. */
function parametersOf(
  b: GraphBuilder,
  loss: Value,
  others: readonly Value[] = [],
): { readonly parameters: Parameter[]; readonly gradientOf: ReadonlyMap<Value, Value> } {
  const trained = b.states.filter((state) => state.trainable)
  const gradientOf = differentiate(b, loss, [...trained.map((state) => state.value), ...others])
  const parameters = trained.flatMap((state) => {
    const gradient = gradientOf.get(state.value)
    return gradient ? [{ state, gradient }] : []
  })
  return { parameters, gradientOf }
}

/** Clips the gradients and emits the optimiser's step. */
function takeStep(b: GraphBuilder, parameters: readonly Parameter[], { training }: LabDocument): void {
  const { clipNorm, optimiser } = training
  b.withPhase('update', () => {
    const { gradients: clipped, norm } = clipByGlobalNorm(
      b,
      parameters.map(({ gradient }) => gradient),
      clipNorm,
    )
    b.output('gradientNorm', norm)
    optimisers[optimiser.kind].emit(
      b,
      parameters.map(({ state }, index) => ({ state, gradient: clipped[index] ?? state.value })),
      optimiser,
    )
  })
}

/** Adds the gradients of summed losses to those of the previous batches. */
function addGradients(b: GraphBuilder, parameters: readonly Parameter[]): void {
  b.withPhase('update', () => {
    for (const parameter of parameters) {
      const before = moment(b, 'gradient', parameter)
      b.update(before.name, b.add(before.value, parameter.gradient))
    }
  })
}

/**
 * Gradients of the mean loss over this batch and the previous ones, which had `countedBefore` scored predictions: equal to those of a
 * single large batch, whatever the padding. Resets the sums to zero.
 */
function meanOverBatches(b: GraphBuilder, parameters: readonly Parameter[], count: Value): Parameter[] {
  const all = b.maximum(b.add(b.scalarInput('countedBefore'), count), 1)
  return parameters.map((parameter) => {
    const before = moment(b, 'gradient', parameter)
    b.withPhase('update', () => b.update(before.name, b.sub(before.value, before.value)))
    return b.withPhase('backward', () => ({ ...parameter, gradient: b.div(b.add(before.value, parameter.gradient), all) }))
  })
}

/** The order of parameters in the vector of gradients: what the optimiser treats alike is adjacent, so that engines need not sort it. */
const inOrder = (parameters: readonly Parameter[]): Parameter[] =>
  parameters.toSorted((a, b) => Number(b.state.decay) - Number(a.state.decay))

/** The gradients of all parameters as one vector; a single zero if every weight is frozen. */
function joined(b: GraphBuilder, parameters: readonly Parameter[]): Value {
  if (parameters.length === 0) return b.constant(0, [1])
  return b.withPhase('backward', () => {
    const vectors = inOrder(parameters).map(({ gradient }) => b.reshape(gradient, [sizeOf(gradient.shape)]))
    return b.concat(vectors, 0)
  })
}

/** Gradients of the mean loss, from the vector that `joined` makes, summed over all shards. */
function meanOfShards(b: GraphBuilder, parameters: readonly Parameter[]): Parameter[] {
  if (parameters.length === 0) return []
  const length = parameters.reduce((total, { gradient }) => total + sizeOf(gradient.shape), 0)
  return b.withPhase('backward', () => {
    const mean = b.div(b.dataInput('gradients', [length], 'float32'), b.maximum(b.scalarInput('counted'), 1))
    const gradientOf = new Map<State, Value>()
    let offset = 0
    for (const { state } of inOrder(parameters)) {
      const size = sizeOf(state.value.shape)
      gradientOf.set(state, b.reshape(b.slice(mean, [offset], [size]), state.value.shape))
      offset += size
    }
    return parameters.map(({ state }) => ({ state, gradient: gradientOf.get(state)! }))
  })
}
