/** The logit lens: the predictions that the final norm and output block read off every point of the residual stream. */
import { mostTop, type Lens, type LensLayer, type LookInput, type Mutes } from '@core/contract/look'
import { entropyOf, logSoftmax, topIndices } from '@core/metrics/distribution'
import { batchOf } from '@core/tasks/samples'
import { batchFeeds, gatesOf } from '../feeds'
import type { TensorData } from '../executor'
import { sequenceOf } from './inputs'
import { written, type LookedAt } from './look'

/**
 * Changes no state. Throws LabError for inputs that the model cannot read, gates that it does not have, and models without classes
 * (`lens.…`).
 */
export function lens({ model, task }: Pick<LookedAt, 'model' | 'task'>, input: LookInput, mutes: Mutes): Promise<Lens> {
  return model.alone(async () => {
    const { signature } = model
    const { program, executable } = model.program('inspect', { batch: 1, lens: true })
    const names = [...program.outputs.keys()].filter((name) => name.startsWith(prefix))
    const gates = gatesOf(program, mutes)
    const sequence = await written(model, sequenceOf(model, task, input), gates)
    const outputs = await executable.run(batchFeeds(program, batchOf(signature, [sequence], 1), gates), names)
    const positions = signature.aim === 'tokens' ? sequence.tokens.length : 1
    const top = Math.min(mostTop, signature.classes)
    const layers = names.map((name) => ({
      block: name.slice(prefix.length),
      ...layerOf(outputs.get(name)!, positions, signature.classes, top),
    }))
    return { step: model.step, tokens: sequence.tokens, positions, top, layers }
  })
}

const prefix = 'lens/'

/** `logits` are (position, class). */
function layerOf(logits: TensorData, positions: number, width: number, top: number): Omit<LensLayer, 'block'> {
  const classes = new Int32Array(positions * top)
  const logProbabilities = new Float32Array(positions * top)
  const entropies = new Float32Array(positions)
  for (let position = 0; position < positions; position++) {
    const all = logSoftmax(logits.subarray(position * width, (position + 1) * width))
    const best = topIndices(all, top)
    classes.set(best, position * top)
    logProbabilities.set(
      best.map((id) => all[id]!),
      position * top,
    )
    entropies[position] = entropyOf(all)
  }
  return { classes, logProbabilities, entropies }
}
