/** What attention does: its scores, its weights, and what a head is worth. */
import type { TensorData } from '../engine/executor'
import { atEnd, atStart, largest, mean } from './define'
import { metric, seen, type Subject } from './subject'

/** Rows of queries that are no padding; all blocks and heads together. */
async function rows(subject: Subject, probe: 'scores' | 'attention'): Promise<readonly (readonly number[])[]> {
  const { task, inspect } = subject.model
  const { mask } = task.evaluationBatch(0, inspect.samples)
  const found: number[][] = []
  for (const { shape, data } of await seen(subject, probe)) {
    const [batch = 0, heads = 0, queries = 0, keys = 0] = shape
    const real = (sample: number, token: number): boolean => mask?.[sample * queries + token] !== 0
    for (let row = 0; row < batch * heads * queries; row++) {
      const [sample, query] = [Math.floor(row / (heads * queries)), row % queries]
      if (!real(sample, query)) continue
      const numbers = Array.from(data.slice(row * keys, (row + 1) * keys))
      found.push(keys === queries ? numbers.filter((_, key) => real(sample, key)) : numbers)
    }
  }
  return found
}

async function scoreVariance(subject: Subject): Promise<number> {
  const all = (await rows(subject, 'scores')).flat()
  const centre = mean(all)
  return mean(all.map((score) => (score - centre) ** 2))
}

/** In nats: 0 where one token gets everything, log n where all get the same. */
const entropy = (weights: readonly number[]): number =>
  weights.reduce((sum, weight) => (weight > 0 ? sum - weight * Math.log(weight) : sum), 0)

const meanEntropy = async (subject: Subject): Promise<number> => mean((await rows(subject, 'attention')).map(entropy))

/** Trace of the softmax's Jacobian, Σ α(1 − α): what gradient it lets through; 0 where it is saturated. */
const slope = (weights: readonly number[]): number => weights.reduce((sum, weight) => sum + weight * (1 - weight), 0)

/** What tokens give themselves: the mean weight of the diagonal. */
async function diagonalWeight(subject: Subject): Promise<number> {
  const weights: number[] = []
  const { mask } = subject.model.task.evaluationBatch(0, subject.model.inspect.samples)
  for (const { shape, data } of await seen(subject, 'attention')) {
    const [, heads = 0, length = 0] = shape
    for (let row = 0; row < data.length / length; row++) {
      const [sample, token] = [Math.floor(row / (heads * length)), row % length]
      if (mask?.[sample * length + token] !== 0) weights.push(data[row * length + token]!)
    }
  }
  return mean(weights)
}

/**
 * How much where cross attention looks moves along with what is written: the correlation between the place of a token and the mean
 * place it looks at, its heads taken together; averaged over sequences.
 */
async function alignment(subject: Subject): Promise<number> {
  const { lab, task, inspect } = subject.model
  const crossing = new Set(lab.graph.nodes.filter(({ kind }) => kind === 'cross-attention').map(({ id }) => id))
  const { mask } = task.evaluationBatch(0, inspect.samples)
  const found: number[] = []
  for (const { node, shape, data } of await seen(subject, 'attention')) {
    if (!crossing.has(node)) continue
    const [batch = 0, heads = 0, queries = 0, keys = 0] = shape
    for (let sample = 0; sample < batch; sample++) {
      const places = Array.from({ length: queries }, (_, query) => query).filter(
        (query) => mask?.[sample * queries + query] !== 0,
      )
      const looked = places.map((query) => {
        let place = 0
        for (let head = 0; head < heads; head++) {
          const row = ((sample * heads + head) * queries + query) * keys
          for (let key = 0; key < keys; key++) place += (key * data[row + key]!) / heads
        }
        return place
      })
      found.push(correlation(places, looked))
    }
  }
  return mean(found.filter((each) => !Number.isNaN(each)))
}

/** Pearson's; NaN where one of them does not vary. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const [centreX, centreY] = [mean(x), mean(y)]
  const product = (a: readonly number[], p: number, b: readonly number[], q: number): number =>
    a.reduce((sum, number, i) => sum + (number - p) * (b[i]! - q), 0)
  return product(x, centreX, y, centreY) / Math.sqrt(product(x, centreX, x, centreX) * product(y, centreY, y, centreY))
}

/** For each head of each block, what accuracy is lost when it alone is muted. */
async function headCosts(subject: Subject): Promise<readonly number[]> {
  const whole = await metric(subject, 'accuracy')
  const costs: number[] = []
  for (const { kind, name, value } of subject.model.evaluate.program.inputs) {
    if (kind !== 'gate' || !name.endsWith('/heads')) continue
    const [heads = 0] = value.shape
    for (let head = 0; head < heads; head++) {
      const gate = Float32Array.from({ length: heads }, (_, other) => (other === head ? 0 : 1))
      costs.push(whole - (await metric(subject, 'accuracy', new Map([[name, gate]]))))
    }
  }
  return costs
}

/** The first attention block's weights, values and what they give, before any output projection of a single-head block. */
interface WeightedSum {
  readonly weights: TensorData
  readonly values: TensorData
  readonly output: TensorData
  readonly sizes: { readonly batch: number; readonly queries: number; readonly keys: number; readonly width: number }
}

async function weightedSumOf(subject: Subject): Promise<WeightedSum> {
  const [weights, values, output] = await Promise.all(['attention', 'values', 'output'].map((probe) => seen(subject, probe)))
  const block = weights?.[0]?.node
  const of = (probes: typeof weights) => probes?.find(({ node }) => node === block)
  const [batch = 0, , queries = 0, keys = 0] = of(weights)?.shape ?? []
  const width = of(values)?.shape[3] ?? 0
  return {
    weights: of(weights)?.data ?? new Float32Array(),
    values: of(values)?.data ?? new Float32Array(),
    output: of(output)?.data ?? new Float32Array(),
    sizes: { batch, queries, keys, width },
  }
}

/** Σ_j α_ij v_j, added up here, for every sample, query and feature. */
function weightedSums({ weights, values, sizes }: Omit<WeightedSum, 'output'>): readonly number[] {
  const { batch, queries, keys, width } = sizes
  return Array.from({ length: batch * queries * width }, (_, at) => {
    const [row, feature] = [Math.floor(at / width), at % width]
    const first = Math.floor(row / queries) * keys
    let sum = 0
    for (let key = 0; key < keys; key++) sum += weights[row * keys + key]! * values[(first + key) * width + feature]!
    return sum
  })
}

/** The largest difference between what single-head attention gives and the sum of its weighted values. */
async function weightedSumError(subject: Subject): Promise<number> {
  const sum = await weightedSumOf(subject)
  return largest(weightedSums(sum).map((value, at) => Math.abs(value - sum.output[at]!)))
}

export const attention = {
  scoreVariance: atStart(scoreVariance),
  attentionEntropy: atStart(meanEntropy),
  softmaxSlope: atStart(async (subject) => mean((await rows(subject, 'attention')).map(slope))),
  trainedEntropy: atEnd(meanEntropy),
  rowSumError: atEnd(async (subject) =>
    mean((await rows(subject, 'attention')).map((weights) => Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1))),
  ),
  diagonalWeight: atEnd(diagonalWeight),
  alignment: atEnd(alignment),
  headCosts: atEnd(headCosts),
  largestHeadCost: atEnd(async (subject) => largest(await headCosts(subject))),
  weightedSumError: atEnd(weightedSumError),
}
