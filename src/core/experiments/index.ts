/** The list of experiments: one line each, in the order of the questions. */
import { concatenation } from './concatenation'
import { crossAttention } from './cross-attention'
import { diagonal } from './diagonal'
import { fineTuning } from './fine-tuning'
import { heads } from './heads'
import { initialisers } from './initialisers'
import { layerNorm } from './layer-norm'
import { merges } from './merges'
import { normalisers } from './normalisers'
import { norms } from './norms'
import { outputs } from './outputs'
import { parameters } from './parameters'
import { positions } from './positions'
import { projections } from './projections'
import { recurrence } from './recurrence'
import { scaling } from './scaling'
import { scores } from './scores'
import { shapes } from './shapes'
import { teacherForcing } from './teacher-forcing'
import type { Experiment } from './types'
import { weightedSum } from './weighted-sum'

export const experiments: readonly Experiment[] = [
  recurrence,
  shapes,
  positions,
  projections,
  scores,
  scaling,
  normalisers,
  weightedSum,
  diagonal,
  merges,
  concatenation,
  parameters,
  heads,
  initialisers,
  fineTuning,
  outputs,
  crossAttention,
  teacherForcing,
  norms,
  layerNorm,
]
