/**
 * How long a program takes on a machine that was calibrated: each operation by the time of its kind at its size, and the sum put
 * right by what whole training steps of reference models took. Nothing here measures; see `calibrate.ts` of the engines.
 */
import { z } from 'zod'
import { flopsOf } from './cost'
import { lastSize, sizeOf } from './shapes'
import type { Op, Program } from './types'

const positive = z.number().positive()

export const calibrationSchema = z.object({
  /** The engine that was measured, by its own name. */
  engine: z.string(),
  /** GFLOP/s of a large square product. */
  gigaflops: positive,
  /** Milliseconds of an operation by its key and size, ascending: [size, milliseconds]. */
  times: z.record(z.string(), z.array(z.tuple([positive, z.number().nonnegative()])).min(1)),
  /** Whole training steps: what the operations add up to, and what the step took. In milliseconds, ascending. */
  references: z.array(z.object({ summed: positive, measured: positive })).min(1),
  /** Peak memory of a run's process: bytes whatever it runs, and bytes for each of the program's. */
  memory: z.object({ base: z.number().nonnegative(), perByte: positive }),
})
export type Calibration = z.infer<typeof calibrationSchema>

/** What an operation's time depends on: a key shared by operations that behave alike, and a size in elements, or FLOPs of a product. */
export interface Timing {
  readonly key: string
  readonly size: number
}

/** null for what costs nothing: constants, and data under another shape. */
export function timingOf(op: Op): Timing | null {
  if (op.kind === 'constant' || op.kind === 'reshape') return null
  if (op.kind === 'matmul') {
    const { transposeA, transposeB } = op.attributes
    const batched = sizeOf((op.inputs[1]?.shape ?? []).slice(0, -2)) > 1
    return {
      key: `matmul/${batched ? 'batched' : 'plain'}/${transposeA ? 't' : 'n'}${transposeB ? 't' : 'n'}`,
      size: flopsOf(op),
    }
  }
  const size = Math.max(...[...op.inputs, op.output].map(({ shape }) => sizeOf(shape)), 1)
  if (op.kind === 'sum' || op.kind === 'mean' || op.kind === 'max') {
    const rank = op.inputs[0]?.shape.length ?? 0
    const whole = op.attributes.axes.length === rank
    return { key: `${op.kind}/${whole || op.attributes.axes.includes(rank - 1) ? 'last' : 'leading'}`, size }
  }
  return { key: `${op.kind}${broadcasting(op)}`, size }
}

/** How the smaller of two operands is spread: everywhere, along rows or down columns. */
function broadcasting({ inputs, output }: Op): '' | '/scalar' | '/rows' | '/columns' {
  if (inputs.length !== 2) return ''
  const [smaller] = [...inputs].sort((a, b) => sizeOf(a.shape) - sizeOf(b.shape))
  if (!smaller || sizeOf(smaller.shape) === sizeOf(output.shape)) return ''
  if (sizeOf(smaller.shape) === 1) return '/scalar'
  return lastSize(smaller.shape) === 1 ? '/columns' : '/rows'
}

/** Milliseconds of one run, before whole steps have put the sum right. */
export function summedMilliseconds(program: Program, times: Calibration['times']): number {
  return program.ops.reduce((total, op) => {
    const timing = timingOf(op)
    return timing ? total + timeOf(timing, times) : total
  }, 0)
}

/** Milliseconds of one run. */
export function predictedMilliseconds(program: Program, { times, references }: Calibration): number {
  const summed = summedMilliseconds(program, times)
  const ratios = references.map((reference) => [reference.summed, reference.measured / reference.summed] as const)
  const [first, last] = [ratios[0]!, ratios.at(-1)!]
  return summed * between(ratios, Math.min(Math.max(summed, first[0]), last[0]))
}

/** A kind that was not measured takes the time of its plainest form, or of an addition. */
function timeOf({ key, size }: Timing, times: Calibration['times']): number {
  const points = times[key] ?? times[key.split('/')[0]!] ?? times['add'] ?? []
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return 0
  if (size <= first[0]) return first[1]
  return size >= last[0] ? (last[1] * size) / last[0] : between(points, size)
}

/** Straight lines between points on logarithmic axes. `x` lies between the first and the last. */
function between(points: readonly (readonly [number, number])[], x: number): number {
  const at = points.findIndex(([size]) => size >= x)
  const [x1, y1] = points[at]!
  const [x0, y0] = points[Math.max(0, at - 1)]!
  if (x1 === x0) return y1
  const share = Math.log(x / x0) / Math.log(x1 / x0)
  return y0 > 0 && y1 > 0 ? y0 * (y1 / y0) ** share : y0 + (y1 - y0) * share
}
