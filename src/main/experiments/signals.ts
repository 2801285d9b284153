/** Scale of activations and gradients before training, and correctness of norms. */
import { compileGradients } from '@core/graph/gradients'
import type { TensorData } from '@engine/executor'
import { stepFeeds } from '@engine/feeds'
import { atStart, largest, mean, norm, type Measure } from './define'
import { runOnce, samplesOf, seen, type Subject } from './subject'

/** Root mean square of the output of each residual sum, from first to last. */
async function activationScales(subject: Subject): Promise<readonly number[]> {
  const kinds = new Map(subject.training.model.lab.graph.nodes.map(({ id, kind }) => [id, kind]))
  const sums = (await seen(subject, 'output')).filter(({ node }) => kinds.get(node) === 'add')
  return sums.map(({ data }) => Math.sqrt(mean(Array.from(data, (number) => number ** 2))))
}

/** Global norm of the gradient of the first batch, before clipping. */
async function gradientNorm({ training }: Subject): Promise<number> {
  const { model, task, train } = training
  const { seed, batchSize, learningRate } = model.lab.training
  const feeds = stepFeeds(train.program, model.lab, task.trainBatch(seed, 1, batchSize), 1, learningRate)
  return (await train.executable.run(feeds, ['gradientNorm'])).get('gradientNorm')?.[0] ?? NaN
}

/** d loss / d value for each name, on validation sequences. */
async function gradients(subject: Subject, names: readonly string[]): Promise<readonly TensorData[]> {
  const { model } = subject.training
  const samples = samplesOf(subject.training)
  const program = compileGradients(model.lab, model.signature, samples, names)
  const outputs = await runOnce(subject, program, samples, [...program.outputs.keys()])
  return names.flatMap((name) => outputs.get(`gradient/${name}`) ?? [])
}

/** Norm of the gradient of the queries, over all blocks. */
async function queryGradient(subject: Subject): Promise<number> {
  const queries = subject.training.model.weights.filter(({ name, block }) => name === `${block}/query`).map(({ name }) => name)
  return norm((await gradients(subject, queries)).map(norm))
}

/** Share of the gradient of all token embeddings that reaches the first token. */
async function firstTokenGradient(subject: Subject): Promise<number> {
  const { model } = subject.training
  const samples = samplesOf(subject.training)
  const embedding = model.lab.graph.nodes.find(({ kind }) => kind === 'embedding')?.id ?? ''
  const [gradient] = await gradients(subject, [`${embedding}/y`])
  if (!gradient) return NaN
  const { length } = model.signature
  const width = gradient.length / (samples * length)
  const norms = Array.from({ length: samples * length }, (_, token) => norm(gradient.slice(token * width, (token + 1) * width)))
  const sum = (of: readonly number[]): number => of.reduce((total, each) => total + each, 0)
  return sum(norms.filter((_, token) => token % length === 0)) / sum(norms)
}

/** Largest difference between a layer norm's normalised features and (x − μ) / √(σ² + ε), computed here in float64. */
function normError(divisor: (n: number) => number): Measure {
  return atStart(async (subject) => {
    const { nodes, edges } = subject.training.model.lab.graph
    const outputs = await seen(subject, 'output')
    const errors: number[] = []
    for (const { node, shape, data } of await seen(subject, 'normalised')) {
      const epsilon = Number(nodes.find(({ id }) => id === node)?.params.epsilon)
      const source = edges.find(({ to }) => to.node === node)?.from.node
      const x = outputs.find((output) => output.node === source)?.data ?? new Float32Array()
      const width = shape.at(-1) ?? 1
      for (let row = 0; row < data.length; row += width) {
        const features = Array.from(x.slice(row, row + width))
        const centre = mean(features)
        const variance = features.reduce((sum, feature) => sum + (feature - centre) ** 2, 0) / divisor(width)
        features.forEach((feature, i) => {
          errors.push(Math.abs((feature - centre) / Math.sqrt(variance + epsilon) - data[row + i]!))
        })
      }
    }
    return largest(errors)
  })
}

export const signals = {
  activationScales: atStart(activationScales),
  gradientNorm: atStart(gradientNorm),
  queryGradient: atStart(queryGradient),
  firstTokenGradient: atStart(firstTokenGradient),
  normError: normError((n) => n),
  unbiasedNormError: normError((n) => n - 1),
}
