/** How a text is generated, as form fields read off the contract's schema: only those that make a difference. */
import { fieldsOf, type Field } from '@core/fields'
import { writingRequest } from '@core/contract/writing'

const length = fieldsOf(writingRequest.pick({ length: true }))
const temperature = fieldsOf(writingRequest.pick({ temperature: true }))
const drawn = fieldsOf(writingRequest.pick({ topK: true, topP: true, seed: true }))
const searched = fieldsOf(writingRequest.pick({ beam: true, lengthPenalty: true }))

export function generationFields(kind: 'prompt' | 'source', temperatureNow: number): Field[] {
  const chosen = temperatureNow > 0 ? drawn : kind === 'source' ? searched : []
  return [...(kind === 'prompt' ? length : []), ...temperature, ...chosen]
}
