/** The settings that all attention blocks share. */
import { z } from 'zod'
import { advanced, applies, namesOf } from '../../fields'
import type { Params } from '../../params'
import { biasParam, initialiserParam } from '../linear-map'
import { masks } from './masks'
import { normalisers } from './normalisers'
import { positions } from './positions'
import { scales, scores } from './scores'

const width = z.number().int().min(0).max(4096).default(0).register(advanced, {})

/** Of queries and keys, and of values; 0 for the usual one. */
export const widthParams = { keyWidth: width, valueWidth: width }

export const attentionParams = {
  score: z.enum(namesOf(scores)).default('dot'),
  scale: z.enum(namesOf(scales)).default('root'),
  /** What scores are multiplied by where that is a number. */
  factor: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .register(applies, { scale: ['number'] }),
  normaliser: z.enum(namesOf(normalisers)).default('softmax').register(advanced, {}),
  mask: z.enum(namesOf(masks)).default('none'),
  /** How many places away the last visible token is. */
  window: z
    .number()
    .int()
    .min(0)
    .max(4096)
    .default(4)
    .register(applies, { mask: ['window', 'causal-window'] }),
  positions: z.enum(positions).default('none').register(advanced, {}),
}

export const layerParams = {
  bias: biasParam,
  initialiser: initialiserParam,
  dropout: z.number().min(0).max(0.9).default(0),
}

/** Version 0.1.0 wrote the scale as a switch: on for 1/√d_k, off for none. */
export function migrateScale(params: Params): Params {
  const { scale } = params
  return typeof scale === 'boolean' ? { ...params, scale: scale ? 'root' : 'none' } : params
}

export type AttentionSettings = z.output<z.ZodObject<typeof attentionParams & typeof layerParams>>
