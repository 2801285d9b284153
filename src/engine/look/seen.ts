/** One input with the model's predictions, without padding. */
import type { Seen } from '@core/contract/look'
import type { Signature } from '@core/signature'
import type { TensorData } from '../executor'
import type { Sequence } from './inputs'

/** `outputs` are those of a batch; the sequence is row `row`. */
export function seenOf(
  { aim, length, classes }: Signature,
  sequence: Sequence,
  outputs: ReadonlyMap<string, TensorData>,
  row: number,
): Seen {
  const { tokens, unknown, source, unknownInSource, leftOut, features, targets, scored, hasTargets } = sequence
  const width = aim === 'tokens' ? length : aim === 'labels' ? classes : 1
  const kept = aim === 'tokens' ? tokens.length : width
  const isNumber = aim === 'labels' || aim === 'number'
  const ofRow = <T extends TensorData>(data: T): T => data.slice(row * width, row * width + kept) as T
  const probabilities = outputs.get('probabilities')
  return {
    tokens,
    unknown,
    source: source ?? null,
    unknownInSource,
    ...(leftOut.length > 0 && { leftOut }),
    features: features && features.length > 0 ? Float32Array.from(features) : null,
    targets: hasTargets ? (isNumber ? Float32Array.from(targets) : Int32Array.from(targets)) : null,
    predictions: ofRow(outputs.get('predictions')!),
    probabilities: probabilities ? Float32Array.from(ofRow(probabilities)) : null,
    scored: scored ? Float32Array.from(scored) : null,
  }
}
