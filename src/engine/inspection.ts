/** What views see of the model: predictions for a few held-out samples, probes of one of them, and weights. */
import type { Prediction, Tensor, ViewFrame, ViewRequest } from '@core/contract/lab'
import { sizeOf } from '@core/program/shapes'
import type { Probe } from '@core/program/types'
import type { Signature } from '@core/signature'
import type { Batch } from '@core/tasks/types'
import type { TensorData } from './executor'
import { batchFeeds, type Gates } from './feeds'
import type { Model } from './model'

/** Names the model does not know are left out, as is a sample beyond the last. Changes no state. */
export async function inspect(model: Model, view: ViewRequest, gates: Gates): Promise<Omit<ViewFrame, 'run' | 'step'>> {
  const { task, inspect, states } = model
  const { program, executable, samples } = inspect
  const sample = Math.min(view.sample, samples - 1)
  const probes = program.probes.filter(({ name }) => view.probes.includes(name))
  const batch = task.evaluationBatch(0, samples)
  const wanted = ['predictions', ...probes.map(({ name }) => `probe/${name}`)]
  const outputs = await executable.run(batchFeeds(program, batch, gates), wanted)

  const predicted = outputs.get('predictions')!
  return {
    sample,
    predictions: Array.from({ length: samples }, (_, row) => predictionOf(task.spec.signature, batch, predicted, row)),
    probes: Object.fromEntries(
      probes.map((probe) => [probe.name, ofSample(probe, outputs.get(`probe/${probe.name}`)!, sample)]),
    ),
    states: Object.fromEntries(
      [...states.read(view.states)].map(([name, data]) => [name, { axes: [], shape: shapeOf(model, name), data }]),
    ),
  }
}

function predictionOf(
  { aim, length, source, features }: Signature,
  batch: Batch,
  predicted: TensorData,
  row: number,
): Prediction {
  const rowOf = <T extends TensorData>(data: T, width: number): T => data.slice(row * width, (row + 1) * width) as T
  const real = realTokens(batch.mask && rowOf(batch.mask, length), length)
  const judged = <T extends TensorData>(data: T): T =>
    aim === 'tokens' ? (rowOf(data, length).slice(0, real) as T) : rowOf(data, data.length / (batch.tokens.length / length))
  return {
    tokens: rowOf(batch.tokens, length).slice(0, real),
    source:
      source && batch.source
        ? rowOf(batch.source, source.length).slice(
            0,
            realTokens(batch.sourceMask && rowOf(batch.sourceMask, source.length), source.length),
          )
        : null,
    features: batch.features ? rowOf(batch.features, length * features).slice(0, real * features) : null,
    targets: judged(batch.targets),
    predictions: judged(predicted),
    scored: batch.scored ? judged(batch.scored) : null,
  }
}

/** Padding is at the end. */
function realTokens(mask: Float32Array | undefined, length: number): number {
  const end = mask ? mask.indexOf(0) : -1
  return end < 0 ? length : end
}

/** The part of the chosen sample, where the probe has one for each. */
function ofSample({ axes, value }: Probe, data: TensorData, sample: number): Tensor {
  const numbers = data instanceof Float32Array ? data : Float32Array.from(data)
  if (axes[0] !== 'batch' || value.shape.length === 0) return { axes, shape: value.shape, data: numbers }
  const shape = value.shape.slice(1)
  const size = sizeOf(shape)
  return { axes: axes.slice(1), shape, data: numbers.slice(sample * size, (sample + 1) * size) }
}

function shapeOf({ train }: Model, state: string): readonly number[] {
  return train.program.states.find(({ name }) => name === state)?.value.shape ?? []
}
