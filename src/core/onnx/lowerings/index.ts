/** The lowering of each operation to ONNX nodes. The compiler reports what is missing. */
import type { Lowerings } from '../site'
import { elementwise } from './elementwise'
import { layout } from './layout'
import { linear } from './linear'
import { normal } from './normal'
import { reductions } from './reductions'
import { rows } from './rows'

export const lowerings: Lowerings = { ...elementwise, ...layout, ...linear, ...normal, ...reductions, ...rows }
