/** Answers the view that pages have set with frames, as long as the contract still has views. */
import type { Prediction, Tensor, ViewFrame, ViewRequest } from '@core/contract/lab'
import { sizeOf } from '@core/program/shapes'
import type { Probe } from '@core/program/types'
import type { Signature } from '@core/signature'
import type { Batch } from '@core/tasks/types'
import type { TensorData } from '@engine/executor'
import { batchFeeds, requireGate, type Gates } from '@engine/feeds'
import type { Trainer } from '@engine/trainer'
import type { Training } from '@engine/training'

type Frame = Omit<ViewFrame, 'run'>

export class Frames {
  private view: ViewRequest | null = null
  private gates: Gates = new Map()
  private waiting = false

  constructor(
    private readonly trainer: Trainer,
    private readonly emit: (frame: Frame) => void,
    private readonly clear: () => boolean,
  ) {}

  /** What is muted; undefined where nothing ever was. */
  get muted(): Readonly<Record<string, number[]>> | undefined {
    return this.gates.size > 0 ? Object.fromEntries([...this.gates].map(([name, values]) => [name, [...values]])) : undefined
  }

  look(view: ViewRequest): Promise<void> {
    this.view = view
    return this.trainer.between((training) => this.send(training), 'soon')
  }

  /** Throws LabError on an unknown gate. */
  mute(gates: Readonly<Record<string, readonly number[]>>): Promise<void> {
    return this.trainer.between((training) => {
      const { program } = training.model.program('inspect', { batch: samplesOf(training) })
      const changed = Object.entries(gates).map(([name, values]) => [name, requireGate(program, name, values)] as const)
      this.gates = new Map([...this.gates, ...changed])
      return this.send(training)
    }, 'soon')
  }

  /** The model has changed. */
  stepped(): void {
    if (!this.view || this.waiting || !this.clear()) return
    this.waiting = true
    const sent = this.trainer.between((training) => this.send(training), 'sparing')
    void sent.catch(() => (this.view = null)).finally(() => (this.waiting = false))
  }

  private async send(training: Training): Promise<void> {
    if (this.view) this.emit(await frameOf(training, this.view, this.gates))
  }
}

const samplesOf = ({ task }: Training): number => Math.min(8, task.spec.heldOut)

/** Names the model does not know are left out, as is a sample beyond the last. */
async function frameOf(training: Training, view: ViewRequest, gates: Gates): Promise<Frame> {
  const { task, model, train } = training
  const samples = samplesOf(training)
  const { program, executable } = model.program('inspect', { batch: samples })
  const sample = Math.min(view.sample, samples - 1)
  const probes = program.probes.filter(({ name }) => view.probes.includes(name))
  const batch = task.evaluationBatch(0, samples)
  const wanted = ['predictions', ...probes.map(({ name }) => `probe/${name}`)]
  const outputs = await executable.run(batchFeeds(program, batch, gates), wanted)
  const shapes = new Map(train.program.states.map(({ name, value }) => [name, value.shape]))
  const predicted = outputs.get('predictions')!
  return {
    step: model.step,
    sample,
    predictions: Array.from({ length: samples }, (_, row) => predictionOf(task.spec.signature, batch, predicted, row)),
    probes: Object.fromEntries(
      probes.map((probe) => [probe.name, ofSample(probe, outputs.get(`probe/${probe.name}`)!, sample)]),
    ),
    states: Object.fromEntries(
      [...model.states.read(view.states)].map(([name, data]) => [name, { axes: [], shape: shapes.get(name) ?? [], data }]),
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
