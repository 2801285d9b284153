/** The lowering of each operation to the WASM backend. The compiler reports what is missing. */
import type { Lowerings } from '../site'
import { elementwise } from './elementwise'
import { layout } from './layout'
import { linear } from './linear'
import { normal } from './normal'
import { reductions } from './reductions'
import { rows } from './rows'

export const lowerings: Lowerings = { ...elementwise, ...normal, ...reductions, ...rows, ...linear, ...layout }
