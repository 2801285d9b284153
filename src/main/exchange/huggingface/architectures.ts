/** The families of models that can be built from blocks: one line each. */
import { LabError } from '@core/errors'
import type { Architecture } from './architecture'
import { bert } from './bert'
import { gpt2 } from './gpt2'
import { llama } from './llama'
import { shown } from './json-file'

export const architectures: readonly Architecture[] = [gpt2, bert, llama]

/** Throws LabError `import.model-type`. */
export function architectureOf(type: unknown): Architecture {
  const found = architectures.find(({ types }) => types.some((each) => each === type))
  if (found) return found
  const types = architectures.flatMap((each) => each.types).join(', ')
  throw new LabError('import.model-type', { given: shown(type ?? '—'), types })
}
