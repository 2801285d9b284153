/** The passes every program goes through before an engine sees it. */
import type { Program } from '../types'
import { commonSubexpressions } from './common-subexpressions'
import { deadCode } from './dead-code'
import { foldConstants } from './fold-constants'

/**
 * The same outputs, probes and updates with fewer operations. One round reaches a fixed point, as folding and merging run in program
 * order and see their own earlier results. Without folding, programs that differ only in their sizes have the same operations. Dead code is removed first, so that no pass spends time on it.
 */
export function optimise(program: Program, wanted?: readonly string[], folds = true): Program {
  const live = deadCode(program, wanted)
  return deadCode(commonSubexpressions(folds ? foldConstants(live) : live))
}
