/**
 * Normalisation, followed by a learned gain and bias. Layer and root-mean-square norm normalise the features of one token; batch norm
 * normalises one feature over all tokens of the batch.
 */
import { z } from 'zod'
import type { Value } from '../program/types'
import { defineBlock, featuresOrVector, like, type BlockBuilder } from './define'
import { advanced, applies, namesOf } from '../fields'

interface Options {
  readonly epsilon: number
  readonly momentum: number
}

/** (…, feature) → (…, feature). */
const methods = {
  /** Ba et al. 2016. The variance divides by n. */
  layer: (b, x, { epsilon }) => {
    if (b.mode === 'inspect') {
      const axes = [...axesOf(x), 'one']
      const mean = b.look('mean', axes, b.mean(x, -1, true))
      b.look('variance', axes, b.mean(b.square(b.sub(x, mean)), -1, true))
    }
    return b.standardise(x, epsilon)
  },
  batch: batchNorm,
  /** Zhang & Sennrich 2019: the mean is not subtracted, and there is no bias. */
  rms: (b, x, { epsilon }) => b.mul(x, b.rsqrt(b.add(b.mean(b.square(x), -1, true), epsilon))),
} satisfies Record<string, (b: BlockBuilder, x: Value, options: Options) => Value>

/**
 * Ioffe & Szegedy 2015: each feature by its mean and variance over all real tokens of the batch. Outside training, by running statistics.
 */
function batchNorm(b: BlockBuilder, x: Value, { epsilon, momentum }: Options): Value {
  const width = x.shape.at(-1) ?? 1
  const now = b.mode === 'train' ? statisticsOf(b, x) : null
  const moved = (before: Value, figure: Value | undefined): Value =>
    figure ? b.add(b.mul(before, 1 - momentum), b.mul(figure, momentum)) : before
  const usual = {
    mean: b.buffer('running-mean', [width], { kind: 'zeros' }, (before) => moved(before, now?.mean)),
    variance: b.buffer('running-variance', [width], { kind: 'ones' }, (before) => moved(before, now?.unbiased)),
  }
  const { mean, variance } = now ?? usual
  return b.mul(b.sub(x, mean), b.rsqrt(b.add(variance, epsilon)))
}

/**
 * Statistics of each feature, (feature), over real entries. `variance` divides by n; `unbiased`, for the running variance, by n − 1, as in
 * PyTorch.
 */
function statisticsOf(b: BlockBuilder, x: Value): { mean: Value; variance: Value; unbiased: Value } {
  const outer = x.shape.slice(0, -1)
  const axes = outer.map((_, axis) => axis)
  if (outer.every((size) => size === 1)) b.refuse('graph.one-value', {}, { param: 'method', value: 'layer' })
  const mask = b.mask('x')
  const real = mask && b.reshape(mask, [...outer, 1])
  const count = mask ? b.maximum(b.sum(mask, axes), 1) : b.constant(outer.reduce((product, size) => product * size, 1))
  const meanOf = (values: Value): Value => (real ? b.div(b.sum(b.mul(values, real), axes), count) : b.mean(values, axes))
  const mean = meanOf(x)
  const variance = meanOf(b.square(b.sub(x, mean)))
  return { mean, variance, unbiased: b.mul(variance, b.div(count, b.maximum(b.sub(count, 1), 1))) }
}

const axesOf = (x: Value): string[] => (x.shape.length === 3 ? ['batch', 'token'] : ['batch'])

export const norm = defineBlock({
  kind: 'norm',
  family: 'norm',
  inputs: { x: featuresOrVector },
  outputs: { y: like('x') },
  params: z.object({
    method: z.enum([...namesOf(methods), 'none']).default('layer'),
    affine: z
      .boolean()
      .default(true)
      .register(applies, { method: ['layer', 'batch', 'rms'] })
      .register(advanced, {}),
    /** Weight of each batch in the running statistics. */
    momentum: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .register(applies, { method: ['batch'] })
      .register(advanced, {}),
    epsilon: z.number().positive().max(1).default(1e-5).register(advanced, {}),
  }),
  build({ x }, { method, affine, momentum, epsilon }, b) {
    if (method === 'none') return { y: x }
    const width = x.shape.at(-1) ?? 1
    const normalised = b.look('normalised', [...axesOf(x), 'feature'], methods[method](b, x, { epsilon, momentum }))
    if (!affine) return { y: normalised }
    const scaled = b.mul(normalised, b.weight('gain', [width], { kind: 'ones' }))
    return { y: method === 'rms' ? scaled : b.add(scaled, b.weight('bias', [width], { kind: 'zeros' })) }
  },
})
