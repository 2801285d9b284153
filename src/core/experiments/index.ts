/** The list of experiments: one line each, in the order of the questions. */
import { heads } from './heads'
import { initialisers } from './initialisers'
import { layerNorm } from './layer-norm'
import { shapes } from './shapes'
import type { Experiment } from './types'
import { weightedSum } from './weighted-sum'

export const experiments: readonly Experiment[] = [shapes, weightedSum, heads, initialisers, layerNorm]
