/** Form fields of text generation, derived from the contract's schema; only those with an effect. */
import { fieldsOf, type Field } from '@core/fields'
import { generationRequest } from '@core/contract/generation'
import type { Tokeniser } from '@core/tokenisers'

const length = fieldsOf(generationRequest.pick({ length: true }))
const temperature = fieldsOf(generationRequest.pick({ temperature: true }))
const drawn = fieldsOf(generationRequest.pick({ topK: true, topP: true, seed: true }))
const searched = fieldsOf(generationRequest.pick({ beam: true, lengthPenalty: true }))

const unknown = fieldsOf(generationRequest.pick({ allowUnknown: true }))

/** `tokeniser` is that of the generated sequence. */
export function generationFields(kind: 'prompt' | 'source', temperatureNow: number, tokeniser: Tokeniser | undefined): Field[] {
  const chosen = temperatureNow > 0 ? drawn : kind === 'source' ? searched : []
  const hasUnknown = tokeniser !== undefined && 'unknown' in tokeniser && tokeniser.unknown !== null
  return [...(kind === 'prompt' ? length : []), ...temperature, ...chosen, ...(hasUnknown ? unknown : [])]
}
