/** How large activations and gradients are before training, and whether a norm does what it says. */
import { stepFeeds } from '../engine/feeds'
import { atStart, largest, mean, type Measure } from './define'
import { seen, type Subject } from './subject'

/** Root mean square of what each residual sum gives, from the first layer to the last. */
async function activationScales(subject: Subject): Promise<readonly number[]> {
  const kinds = new Map(subject.model.lab.graph.nodes.map(({ id, kind }) => [id, kind]))
  const sums = (await seen(subject, 'output')).filter(({ node }) => kinds.get(node) === 'add')
  return sums.map(({ data }) => Math.sqrt(mean(Array.from(data, (number) => number ** 2))))
}

/** Global norm of the gradient of the first batch, before clipping. */
async function gradientNorm({ model }: Subject): Promise<number> {
  const { lab, task, train } = model
  const { seed, batchSize, learningRate } = lab.training
  const feeds = stepFeeds(train.program, lab, task.trainBatch(seed, 1, batchSize), 1, learningRate)
  return (await train.executable.run(feeds, ['gradientNorm'])).get('gradientNorm')?.[0] ?? NaN
}

/** The largest difference between a layer norm's normalised features and (x − μ) / √(σ² + ε), computed here in float64. */
function normError(divisor: (n: number) => number): Measure {
  return atStart(async (subject) => {
    const { nodes, edges } = subject.model.lab.graph
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
  normError: normError((n) => n),
  unbiasedNormError: normError((n) => n - 1),
}
