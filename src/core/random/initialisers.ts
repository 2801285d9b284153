/** Initialisers of weights: one table, one entry each. */
import { z } from 'zod'
import { readRows } from '../number-rows'
import { orthogonal } from './orthogonal'
import { stream, type RandomStream } from './stream'

/** Every initialiser with its settings. All have a gain, which multiplies the random values. */
interface InitialiserSettings {
  readonly zeros: object
  readonly ones: object
  readonly normal: { readonly deviation: number }
  readonly uniform: { readonly limit: number }
  /** Uniform, Glorot & Bengio 2010: limit √(6 / (fan in + fan out)). */
  readonly xavier: object
  /** Normal, of the same variance: deviation √(2 / (fan in + fan out)). */
  readonly 'xavier-normal': object
  /** Normal, He et al. 2015: deviation √(2 / fan in). */
  readonly he: object
  /** Uniform, of the same variance: limit √(6 / fan in). */
  readonly 'he-uniform': object
  /** Orthonormal rows or columns, whichever are fewer (Saxe et al. 2014). */
  readonly orthogonal: object
  /** 1 on the diagonal, 0 elsewhere. */
  readonly identity: object
  /** One 1 in each row, and at most one in each column as long as there are columns left, at random. */
  readonly permutation: object
  /** As written, one text for each row (see number-rows). */
  readonly values: { readonly rows: readonly string[] }
}
type InitialiserKind = keyof InitialiserSettings
export type Initialiser<K extends InitialiserKind = InitialiserKind> = {
  [P in K]: { readonly kind: P; readonly gain?: number } & InitialiserSettings[P]
}[K]

/** Defined for matrices only. */
export const matrixOnly: ReadonlySet<InitialiserKind> = new Set<InitialiserKind>(['orthogonal', 'identity', 'permutation'])

/** The initialiser of a single weight, if it differs from that of its block. */
const gain = z.number().min(-1000).max(1000).default(1)
export const initialiserSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('normal'), deviation: z.number().positive().max(1000).default(0.02), gain }),
  z.object({ kind: z.literal('uniform'), limit: z.number().positive().max(1000).default(0.02), gain }),
  z.object({
    kind: z.enum(['zeros', 'ones', 'xavier', 'xavier-normal', 'he', 'he-uniform', 'orthogonal', 'identity', 'permutation']),
    gain,
  }),
  z.object({ kind: z.literal('values'), rows: z.array(z.string().max(100_000)).max(4096), gain }),
])

interface Fans {
  readonly fanIn: number
  readonly fanOut: number
}
type Fill<K extends InitialiserKind> = (
  target: Float32Array,
  initialiser: Initialiser<K>,
  fans: Fans,
  random: RandomStream,
) => void

const uniform = (target: Float32Array, limit: number, random: RandomStream) => random.fillUniform(target, -limit, limit)

const fills: { readonly [K in InitialiserKind]: Fill<K> } = {
  zeros: (target) => target.fill(0),
  ones: (target) => target.fill(1),
  normal: (target, { deviation }, _, random) => random.fillNormal(target, 0, deviation),
  uniform: (target, { limit }, _, random) => uniform(target, limit, random),
  xavier: (target, _, { fanIn, fanOut }, random) => uniform(target, Math.sqrt(6 / (fanIn + fanOut)), random),
  'xavier-normal': (target, _, { fanIn, fanOut }, random) => random.fillNormal(target, 0, Math.sqrt(2 / (fanIn + fanOut))),
  he: (target, _, { fanIn }, random) => random.fillNormal(target, 0, Math.sqrt(2 / fanIn)),
  'he-uniform': (target, _, { fanIn }, random) => uniform(target, Math.sqrt(6 / fanIn), random),
  orthogonal: (target, _, { fanIn, fanOut }, random) => target.set(orthogonal(fanIn, fanOut, random)),
  identity: (target, _, { fanIn, fanOut }) => {
    for (let i = 0; i < Math.min(fanIn, fanOut); i++) target[i * fanOut + i] = 1
  },
  permutation: (target, _, { fanIn, fanOut }, random) => {
    let columns: Int32Array = new Int32Array(0)
    for (let row = 0; row < fanIn; row++) {
      if (row % fanOut === 0) columns = random.shuffle(Int32Array.from({ length: fanOut }, (_, column) => column))
      target[row * fanOut + columns[row % fanOut]!] = 1
    }
  },
  values: (target, { rows }, { fanIn, fanOut }) => {
    const values = readRows(rows, fanIn, fanOut)
    if (values) target.set(values) // the graph refuses rows of another size
  },
}

/**
 * The initial values of a weight, row by row: a pure function of (seed, name). Fan out is the last axis and fan in the product of all
 * others, as a weight (in, out) is multiplied from the right: y = x·W.
 */
export function initialise<K extends InitialiserKind>(
  initialiser: Initialiser<K>,
  shape: readonly number[],
  seed: number,
  name: string,
): Float32Array {
  const fanIn = shape.slice(0, -1).reduce((product, size) => product * size, 1)
  const fanOut = shape.at(-1) ?? 1
  const target = new Float32Array(fanIn * fanOut)
  const fill: Fill<K> = fills[initialiser.kind]
  fill(target, initialiser, { fanIn, fanOut }, stream(seed, 'weight', name))
  const { gain: factor = 1 } = initialiser
  return factor === 1 ? target : target.map((value) => value * factor)
}
