/** Compares blocks with PyTorch: recorded cases, our results, and new cases if a Python with torch is installed. */
import { spawnSync } from 'node:child_process'
import { blockByKind } from '../blocks'
import { GraphBuilder, type Wire } from '../graph/graph-builder'
import { signature } from '../graph/testing'
import { gradients } from '../program/autodiff'
import { interpret } from '../program/reference'
import type { Value } from '../program/types'
import type { Signature } from '../signature'

interface Numbers {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

/** One block, forward and backward. Gradients are those of Σ output · upstream; for output blocks the output is the losses. */
export interface BlockCase {
  readonly name: string
  readonly kind: string
  readonly settings: Readonly<Record<string, unknown>>
  /** The output port; by default the first. */
  readonly port?: string
  /** By default evaluation. */
  readonly mode?: 'train'
  readonly smoothing?: number
  /** Overrides of the task's signature, and further feeds: targets. */
  readonly signature?: Partial<Signature>
  readonly data?: Readonly<Record<string, readonly number[]>>
  /** By port; padding masks too. */
  readonly inputs: Readonly<Record<string, Numbers>>
  readonly masks: Readonly<Record<string, Numbers>>
  /** By local name. */
  readonly weights: Readonly<Record<string, Numbers>>
  readonly upstream: Numbers
  readonly output: Numbers
  /** By port or weight. */
  readonly gradients: Readonly<Record<string, Numbers>>
  /** Buffers after the training step. */
  readonly updates?: Readonly<Record<string, Numbers>>
  readonly accuracy?: Numbers
}

/** Our output and gradients, in float64. */
export function ours(each: BlockCase): Map<string, Float64Array> {
  const { kind, settings, inputs, masks, weights, upstream, mode = 'evaluate', smoothing = 0 } = each
  const block = blockByKind(kind)
  if (!block) throw new Error(`no block ${kind}`)
  const [batch = 0] = Object.values(inputs)[0]?.shape ?? []
  const b = new GraphBuilder({ ...signature, ...each.signature }, { mode, batch, gated: false, smoothing })
  const fed = (name: string, { shape }: Numbers) => b.dataInput(name, shape, 'float32')
  const wires = Object.entries(inputs).map(([port, numbers]): [string, Wire] => {
    const mask = masks[port]
    return [port, { node: port, value: fed(port, numbers), mask: mask ? fed(`mask/${port}`, mask) : null, categories: 0 }]
  })
  const values = Object.fromEntries(wires.map(([port, { value }]) => [port, value]))
  let output: Value | undefined
  b.enter({ id: 'block', kind, params: {}, position: { x: 0, y: 0 } }, Object.fromEntries(wires), () => {
    const outputs = block.build(values, block.params.parse(settings), b)
    output = b.givenObjective?.losses ?? (each.port === undefined ? Object.values(outputs)[0] : outputs[each.port])
  })
  if (!output) throw new Error(`${kind} gives nothing`)
  const axes = output.shape.map((_, axis) => axis)
  if (b.givenObjective) b.output('accuracy', b.mean(b.givenObjective.right, axes))
  const loss = b.sum(b.mul(output, fed('upstream', upstream)), axes)
  const leaves = new Map([...Object.entries(values), ...b.states.map(({ name, value }) => [name.slice(6), value] as const)])
  const gradientOf = gradients(b, loss, [...leaves.values()])
  b.output('output', output)
  for (const [name, value] of leaves) b.output(`gradient/${name}`, gradientOf.get(value) ?? b.mul(value, 0))

  const data = (numbers: Readonly<Record<string, Numbers>>, prefix = '') =>
    Object.fromEntries(Object.entries(numbers).map(([name, { data }]) => [prefix + name, data]))
  const feeds = { ...data(inputs), ...data(masks, 'mask/'), upstream: upstream.data, ...each.data }
  return interpret(b.build(), feeds, data(weights, 'block/'))
}

/**
 * Largest difference of the output and each gradient from PyTorch's, relative to the largest number in PyTorch's; absolute if that is 0 in
 * exact arithmetic.
 */
export function differences(each: BlockCase): Record<string, number> {
  const found = ours(each)
  const named = (prefix: string, numbers: Readonly<Record<string, Numbers>> = {}) =>
    Object.entries(numbers).map(([name, each]) => [prefix + name, each] as const)
  const theirs = [
    ['output', each.output] as const,
    ...named('gradient/', each.gradients),
    ...named('update/block/', each.updates),
    ...named('', each.accuracy && { accuracy: each.accuracy }),
  ]
  return Object.fromEntries(
    theirs.map(([name, { data }]) => {
      const result = found.get(name)
      if (result?.length !== data.length) return [name, Infinity]
      const size = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      const largest = data.reduce((most, value, i) => Math.max(most, Math.abs(value - result[i]!)), 0)
      return [name, largest / (size > 1e-9 ? size : 1)]
    }),
  )
}

/** A Python with torch, or null. */
export const pytorch: string | null =
  ['python3', '/usr/bin/python3', 'python'].find((python) => spawnSync(python, ['-c', 'import torch']).status === 0) ?? null

/** The output of a fixture's script for a new seed. */
export function freshCases(python: string, script: string, seed: number): readonly BlockCase[] {
  const { status, stdout, stderr } = spawnSync(python, [script, String(seed)], { encoding: 'utf8', maxBuffer: 1 << 26 })
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`)
  return (JSON.parse(stdout) as { cases: readonly BlockCase[] }).cases
}
