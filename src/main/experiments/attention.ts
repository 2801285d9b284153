/** Measures of attention: scores, weights, and the effect of heads. */
import type { TensorData } from '@engine/executor'
import { evaluationBatch } from '@engine/evaluation'
import type { Gates } from '@engine/feeds'
import { atEnd, atStart, largest, mean } from './define'
import { metric, samplesSeen, seen, type Subject } from './subject'

/** Rows of all queries except padding; all blocks and heads together. */
async function rows(subject: Subject, probe: 'scores' | 'attention'): Promise<readonly (readonly number[])[]> {
  const { mask } = samplesSeen(subject.training)
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

/** In nats: 0 if one token gets all the weight, log n if it is uniform. */
const entropy = (weights: readonly number[]): number =>
  weights.reduce((sum, weight) => (weight > 0 ? sum - weight * Math.log(weight) : sum), 0)

const meanEntropy = async (subject: Subject): Promise<number> => mean((await rows(subject, 'attention')).map(entropy))

/** Trace of the softmax's Jacobian, Σ α(1 − α): how much gradient passes; 0 when saturated. */
const slope = (weights: readonly number[]): number => weights.reduce((sum, weight) => sum + weight * (1 - weight), 0)

/** The mean attention weight on the diagonal, from a token to itself. */
async function diagonalWeight(subject: Subject): Promise<number> {
  const weights: number[] = []
  const { mask } = samplesSeen(subject.training)
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
 * Whether cross-attention moves along the source as generation proceeds: the correlation between the position of a token and
 * the mean source position it attends to, averaged over heads and sequences.
 */
async function alignment(subject: Subject): Promise<number> {
  const crossing = new Set(
    subject.training.model.lab.graph.nodes.filter(({ kind }) => kind === 'cross-attention').map(({ id }) => id),
  )
  const { mask } = samplesSeen(subject.training)
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

/** Pearson correlation; NaN if one of the variables is constant. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const [centreX, centreY] = [mean(x), mean(y)]
  const product = (a: readonly number[], p: number, b: readonly number[], q: number): number =>
    a.reduce((sum, number, i) => sum + (number - p) * (b[i]! - q), 0)
  return product(x, centreX, y, centreY) / Math.sqrt(product(x, centreX, x, centreX) * product(y, centreY, y, centreY))
}

/** Accuracy drop for each head of each block when it alone is muted. */
async function headCosts(subject: Subject): Promise<readonly number[]> {
  const whole = await metric(subject, 'accuracy')
  const { model, task } = subject.training
  const { program } = model.program('evaluate', { batch: evaluationBatch(model.lab, task.spec) })
  const costs: number[] = []
  for (const { kind, name, value } of program.inputs) {
    if (kind !== 'gate' || !name.endsWith('/heads')) continue
    const [heads = 0] = value.shape
    for (let head = 0; head < heads; head++) {
      const gate = Float32Array.from({ length: heads }, (_, other) => (other === head ? 0 : 1))
      costs.push(whole - (await metric(subject, 'accuracy', new Map([[name, gate]]))))
    }
  }
  return costs
}

/**
 * How much the heads of a block differ: the Jensen–Shannon divergence (Lin 1991, in bits: 0 for equal rows, 1 for rows without a
 * common token) between the rows of two heads, averaged over rows and pairs. NaN for a single head.
 */
async function headDiversity(subject: Subject): Promise<number> {
  const { mask } = samplesSeen(subject.training)
  const divergences: number[] = []
  for (const { shape, data } of await seen(subject, 'attention')) {
    const [batch = 0, heads = 0, queries = 0, keys = 0] = shape
    const row = (sample: number, head: number, query: number): readonly number[] => {
      const start = ((sample * heads + head) * queries + query) * keys
      return Array.from(data.slice(start, start + keys))
    }
    for (let sample = 0; sample < batch; sample++) {
      for (let query = 0; query < queries; query++) {
        if (mask?.[sample * queries + query] === 0) continue
        for (let a = 0; a < heads; a++) {
          for (let b = a + 1; b < heads; b++) divergences.push(divergence(row(sample, a, query), row(sample, b, query)))
        }
      }
    }
  }
  return mean(divergences)
}

/** Jensen–Shannon divergence of two distributions, in bits. */
function divergence(p: readonly number[], q: readonly number[]): number {
  const middle = p.map((each, i) => (each + q[i]!) / 2)
  return (entropy(middle) - (entropy(p) + entropy(q)) / 2) / Math.LN2
}

/** A weighted-sum block's weights (B, n, m), values (B, m, w) and output (B, n, w). */
interface WeightedSum {
  readonly node: string
  readonly weights: TensorData
  readonly values: TensorData
  readonly output: TensorData
  readonly queries: number
  readonly keys: number
  readonly width: number
}

async function weightedSumOf(subject: Subject, gates?: Gates): Promise<WeightedSum> {
  const { nodes, edges } = subject.training.model.lab.graph
  const outputs = await seen(subject, 'output', gates)
  const node = nodes.find(({ kind }) => kind === 'weighted-sum')?.id ?? ''
  const from = (port: string) => edges.find(({ to }) => to.node === node && to.port === port)?.from.node
  const [weights, values, output] = [from('weights'), from('values'), node].map((id) =>
    outputs.find((each) => each.node === id),
  )
  if (!weights || !values || !output) throw new TypeError('the lab has no weighted sum')
  const [, queries = 0, keys = 0] = weights.shape
  const width = values.shape[2] ?? 0
  return { node, weights: weights.data, values: values.data, output: output.data, queries, keys, width }
}

/** α_ij · v_j, for one feature; `at` is the index into the outputs (B, n, w). */
function term({ weights, values, queries, keys, width }: WeightedSum, at: number, key: number): number {
  const row = Math.floor(at / width)
  return weights[row * keys + key]! * values[(Math.floor(row / queries) * keys + key) * width + (at % width)]!
}

/** Largest difference between the output and Σ_j α_ij·v_j, summed here. */
async function weightedSumError(subject: Subject): Promise<number> {
  const sum = await weightedSumOf(subject)
  const terms = (at: number): number[] => Array.from({ length: sum.keys }, (_, key) => term(sum, at, key))
  return largest(Array.from(sum.output, (given, at) => Math.abs(given - terms(at).reduce((total, each) => total + each, 0))))
}

/** Largest difference between the change of the output and α_ij·v_j, with each v_j muted in turn. */
async function mutedTermError(subject: Subject): Promise<number> {
  const whole = await weightedSumOf(subject)
  const errors: number[][] = []
  for (let key = 0; key < whole.keys; key++) {
    const gate = Float32Array.from({ length: whole.keys }, (_, other) => (other === key ? 0 : 1))
    const muted = await weightedSumOf(subject, new Map([[`${whole.node}/values`, gate]]))
    errors.push(Array.from(whole.output, (given, at) => Math.abs(given - muted.output[at]! - term(whole, at, key))))
  }
  return largest(errors.flat())
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
  headDiversity: atEnd(headDiversity),
  largestHeadCost: atEnd(async (subject) => largest(await headCosts(subject))),
  weightedSumError: atEnd(weightedSumError),
  mutedTermError: atEnd(mutedTermError),
}
