/** Initialisers of weights: one table, one entry each. */
import { stream, type RandomStream } from './stream'

interface InitialiserSettings {
  readonly zeros: object
  readonly ones: object
  readonly normal: { readonly deviation: number }
  readonly uniform: { readonly limit: number }
  /** Uniform, Glorot & Bengio 2010: limit √(6 / (fan in + fan out)). */
  readonly xavier: object
  /** Normal, He et al. 2015: deviation √(2 / fan in). */
  readonly he: object
}
type InitialiserKind = keyof InitialiserSettings
export type Initialiser<K extends InitialiserKind = InitialiserKind> = {
  [P in K]: { readonly kind: P } & InitialiserSettings[P]
}[K]

type Fill<K extends InitialiserKind> = (
  target: Float32Array,
  initialiser: Initialiser<K>,
  fans: { readonly fanIn: number; readonly fanOut: number },
  random: RandomStream,
) => void

const fills: { readonly [K in InitialiserKind]: Fill<K> } = {
  zeros: (target) => target.fill(0),
  ones: (target) => target.fill(1),
  normal: (target, { deviation }, _, random) => random.fillNormal(target, 0, deviation),
  uniform: (target, { limit }, _, random) => random.fillUniform(target, -limit, limit),
  xavier: (target, _, { fanIn, fanOut }, random) => {
    const limit = Math.sqrt(6 / (fanIn + fanOut))
    random.fillUniform(target, -limit, limit)
  },
  he: (target, _, { fanIn }, random) => random.fillNormal(target, 0, Math.sqrt(2 / fanIn)),
}

/**
 * The first values of a weight, row by row: a pure function of (seed, name). Fan out is the last axis and fan in the product of all
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
  return target
}
