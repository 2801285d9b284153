/** Reads `task.json`, the format of version 0.1.0 for a task. */
import { z } from 'zod'
import type { LabDocument } from '@core/lab/document'
import { aims } from '@core/signature'
import { replacementIn } from '@core/tasks/next-token/vocabulary'
import { tokeniserOf, unitNames, type Units } from '@core/tasks/own/rows'
import { specOf, type TaskSpec } from '@core/tasks/types'
import type { Tokeniser } from '@core/tokenisers'

const sequence = z.object({ length: z.number().int().positive(), vocabulary: z.array(z.string()), padded: z.boolean() })
/** The first files do not contain the units of their texts. */
const units = z.enum(unitNames).optional()
const older = sequence.extend({
  aim: z.enum(aims),
  classes: z.array(z.string()),
  heldOut: z.number(),
  causal: z.boolean(),
  source: sequence.extend({ units }).nullable(),
  written: z.object({ begin: z.number(), end: z.number(), units }).nullable(),
  features: z.number().int(),
  scored: z.boolean().default(false),
  merges: z.array(z.tuple([z.number(), z.number()])).default([]),
})
type Older = z.infer<typeof older>

/** Ids of the unknown token in the sources and targets of the learner's own pairs. */
const READ_UNKNOWN = 1
const WRITTEN_UNKNOWN = 3
const RARE_WORD = '□'

/** Null if the file has another format. */
export function olderTask(file: unknown, lab: LabDocument): TaskSpec | null {
  const { data } = older.safeParse(file)
  if (!data) return null
  const { source, written, heldOut } = data
  const { length, padded, aim, classes, causal, features, scored } = data
  const spec = specOf({
    ...{ length, padded, aim, classes, causal, features, scored },
    tokeniser: tokeniserFor(data, lab),
    written: written && { begin: written.begin, end: written.end },
    ...(source && {
      source: { length: source.length, tokeniser: ownTokeniser(source.vocabulary, READ_UNKNOWN, source.units) },
    }),
  })
  return { ...spec, validation: heldOut }
}

function tokeniserFor({ vocabulary, merges, written, padded }: Older, { task }: LabDocument): Tokeniser {
  if (written) return ownTokeniser(vocabulary, WRITTEN_UNKNOWN, written.units)
  if (merges.length > 0) return { kind: 'byte-pairs', vocabulary, merges, unknown: replacementIn(vocabulary) }
  if (padded && task.kind === 'own-tagging') return tokeniserOf(vocabulary, READ_UNKNOWN, 'as given')
  if (padded) return ownTokeniser(vocabulary, READ_UNKNOWN, units.safeParse(task.params['units']).data)
  if (vocabulary[0] === RARE_WORD) return { kind: 'words', vocabulary, signs: 0, unknown: 0, spaces: 'kept' }
  return { kind: 'characters', vocabulary, signs: 0, unknown: replacementIn(vocabulary) }
}

/** Missing units are guessed from the vocabulary, without its special tokens. */
function ownTokeniser(vocabulary: readonly string[], unknown: number, told: Units | undefined): Tokeniser {
  const hasWords = vocabulary.slice(unknown + 1).some((token) => Array.from(token).length > 1)
  return tokeniserOf(vocabulary, unknown, told ?? (hasWords ? 'words' : 'characters'))
}
