/** The settings that all attention blocks share. */
import { z } from 'zod'
import { advanced, applies, namesOf } from '../../fields'
import type { Params } from '../../params'
import { biasParam, initialiserParam } from '../linear-map'
import { masks } from './masks'
import { normalisers } from './normalisers'
import { mapsParam } from './painted'
import { positions, rotaryParams } from './positions'
import { scales, scores } from './scores'

const width = z.number().int().min(0).max(4096).default(0).register(advanced, {})

/** Width of queries and keys, and of values; 0 for the default. */
export const widthParams = { keyWidth: width, valueWidth: width }

export const attentionParams = {
  score: z.enum(namesOf(scores)).default('dot'),
  scale: z.enum(namesOf(scales)).default('root'),
  /** Factor of the scores, for the scale `number`. */
  factor: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .register(applies, { scale: ['number'] }),
  normaliser: z.enum(namesOf(normalisers)).default('softmax').register(advanced, {}),
  mask: z.enum(namesOf(masks)).default('none'),
  /** Largest distance to a visible token. */
  window: z
    .number()
    .int()
    .min(0)
    .max(4096)
    .default(4)
    .register(applies, { mask: ['window', 'causal-window'] }),
  positions: z.enum(positions).default('none').register(advanced, {}),
  ...rotaryParams,
  /** Of the attention weights, while training. */
  weightDropout: z.number().min(0).max(0.9).default(0).register(advanced, {}),
  maps: mapsParam,
}

export const layerParams = {
  bias: biasParam,
  initialiser: initialiserParam,
  dropout: z.number().min(0).max(0.9).default(0),
}

/** Version 0.1.0 stored the scale as a boolean: true for 1/√d_k, false for none. */
export function migrateScale(params: Params): Params {
  const { scale } = params
  return typeof scale === 'boolean' ? { ...params, scale: scale ? 'root' : 'none' } : params
}

export type AttentionSettings = z.output<z.ZodObject<typeof attentionParams & typeof layerParams>>
