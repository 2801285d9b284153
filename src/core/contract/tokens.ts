/** How the tokens of a task are used. */
import { z } from 'zod'
import type { TokenUses } from '../embeddings/token-uses'

export const sequenceName = z.enum(['tokens', 'source'])

export interface TokenReport extends TokenUses {
  /** Validation samples that were counted. */
  readonly samples: number
}
