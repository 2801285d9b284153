/** All operations, one line each. The compiler reports what is missing. */
import type { OpDefinition } from '../define'
import type { OpKind } from '../types'
import { add } from './add'
import { argmax } from './argmax'
import { broadcast } from './broadcast'
import { cast } from './cast'
import { concat } from './concat'
import { constant } from './constant'
import { crossEntropy } from './crossEntropy'
import { div } from './div'
import { equal } from './equal'
import { erf } from './erf'
import { exp } from './exp'
import { gather } from './gather'
import { gelu } from './gelu'
import { geluGradient } from './geluGradient'
import { greater } from './greater'
import { inverseDeviation } from './inverseDeviation'
import { log } from './log'
import { logSoftmax } from './logSoftmax'
import { matmul } from './matmul'
import { max } from './max'
import { maximum } from './maximum'
import { mean } from './mean'
import { minimum } from './minimum'
import { mul } from './mul'
import { neg } from './neg'
import { oneHot } from './oneHot'
import { pad } from './pad'
import { relu } from './relu'
import { reshape } from './reshape'
import { rsqrt } from './rsqrt'
import { scatterAdd } from './scatterAdd'
import { sigmoid } from './sigmoid'
import { slice } from './slice'
import { softmax } from './softmax'
import { sparsemax } from './sparsemax'
import { sqrt } from './sqrt'
import { square } from './square'
import { standardise } from './standardise'
import { sub } from './sub'
import { sum } from './sum'
import { tanh } from './tanh'
import { transpose } from './transpose'
import { where } from './where'

export const operations: { readonly [K in OpKind]: OpDefinition<K> } = {
  add,
  argmax,
  broadcast,
  cast,
  concat,
  constant,
  crossEntropy,
  div,
  equal,
  erf,
  exp,
  gather,
  gelu,
  geluGradient,
  greater,
  inverseDeviation,
  log,
  logSoftmax,
  matmul,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  oneHot,
  pad,
  relu,
  reshape,
  rsqrt,
  scatterAdd,
  sigmoid,
  slice,
  softmax,
  sparsemax,
  sqrt,
  square,
  standardise,
  sub,
  sum,
  tanh,
  transpose,
  where,
}
