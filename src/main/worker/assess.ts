/** What a change is worth: the validation set as the model is, and with the change. */
import type { Signal } from '@core/contract/cancel'
import type { Comparison, Mutes } from '@core/contract/look'
import type { Progress } from '@core/contract/worker'
import { LabError } from '@core/errors'
import { Counts } from '@core/metrics/counts'
import { evaluate, evaluationBatch, thorough } from '@engine/evaluation'
import { batchFeeds, type Gates } from '@engine/feeds'
import type { Subject } from '@engine/training'
import { gatesOf } from './look'

export interface AssessOptions {
  readonly signal: Signal
  readonly onProgress: (progress: Progress) => void
}

/** Samples that are named. */
const mostNamed = 100

/** Changes no state. Throws LabError for mutes that do not fit, and `cancelled`. */
export async function assess(subject: Subject, mutes: Mutes, { signal, onProgress }: AssessOptions): Promise<Comparison> {
  const { model, task } = subject
  const size = evaluationBatch(model.lab, task.spec)
  const none: Gates = new Map()
  const changed = gatesOf(model, mutes, size)
  const samples = Math.min(task.spec.heldOut, thorough.sequences)
  const of = 2 * Math.ceil(samples / size) * 2
  let done = 0
  const pause = async (): Promise<'go on' | 'give up'> => {
    await new Promise(setImmediate)
    onProgress({ done: Math.min(++done, of), of })
    return signal.aborted ? 'give up' : 'go on'
  }
  const scores = async (gates: Gates) => {
    const evaluation = await evaluate(subject, gates, thorough, pause)
    if (!evaluation) throw new LabError('cancelled')
    const { loss, metrics } = evaluation
    return { loss, metrics }
  }
  const [plain, other] = [await scores(none), await scores(changed)]
  const [before, after] = [
    await rightSamples(subject, none, samples, pause),
    await rightSamples(subject, changed, samples, pause),
  ]
  const named = (all: readonly number[]) => ({ count: all.length, samples: all.slice(0, mostNamed) })
  return {
    step: model.step,
    samples,
    plain,
    changed: other,
    broken: named([...before].filter((sample) => !after.has(sample))),
    mended: named([...after].filter((sample) => !before.has(sample))),
  }
}

/** The validation samples that are wholly right. */
async function rightSamples(
  { model, task }: Subject,
  gates: Gates,
  samples: number,
  pause: () => Promise<'go on' | 'give up'>,
): Promise<ReadonlySet<number>> {
  const size = evaluationBatch(model.lab, task.spec)
  const { program, executable } = model.program('evaluate', { batch: size })
  const { signature } = task.spec
  const right = new Set<number>()
  for (let first = 0; first < samples; first += size) {
    const batch = task.evaluationBatch(first / size, size)
    const predictions = (await executable.run(batchFeeds(program, batch, gates), ['predictions'])).get('predictions')!
    for (let row = 0; row < size && first + row < samples; row++) {
      const part = <T extends Float32Array | Int32Array>(data: T): T =>
        data.slice((row * data.length) / size, ((row + 1) * data.length) / size) as T
      const counts = new Counts(signature, program.tolerance)
      const alone = Object.fromEntries(Object.entries(batch).map(([name, data]) => [name, part(data as Float32Array)]))
      counts.add(alone as unknown as typeof batch, part(predictions))
      if (counts.sequences === 1 && counts.exact === 1) right.add(first + row)
    }
    if ((await pause()) === 'give up') throw new LabError('cancelled')
  }
  return right
}
