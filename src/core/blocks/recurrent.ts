/**
 * Recurrent network: a state is carried from token to token (Elman 1990), forward, backward or in both directions. Returns the state at
 * every token and the last state. Padding does not change the state.
 */
import { z } from 'zod'
import type { Value } from '../program/types'
import { defineBlock, features, vector, type BlockBuilder } from './define'
import { initialiserParam, linearMap, matrixInitialiser } from './linear-map'
import { cells, type CellKind } from './recurrent-cells'

const readings = { forward: ['forward'], backward: ['backward'], both: ['forward', 'backward'] } as const

export const recurrent = defineBlock({
  kind: 'recurrent',
  family: 'recurrent',
  inputs: { x: features, initial: { ...vector, optional: true } },
  outputs: { y: features, last: vector },
  params: z.object({
    cell: z.enum(['rnn', 'gru', 'lstm']).default('gru'),
    /** Width of the state per direction. */
    width: z.number().int().min(1).max(4096).default(32),
    direction: z.enum(['forward', 'backward', 'both']).default('forward'),
    initialiser: initialiserParam,
  }),
  lookahead(input, { direction }) {
    const tokens = Math.max(input('x').tokens, input('initial').tokens)
    if (direction === 'forward' || tokens === -Infinity) return { tokens }
    return { tokens: Infinity, repair: { param: 'direction', value: 'forward' } }
  },
  build({ x, initial }, { cell, width, direction, initialiser }, b) {
    if (b.place) b.refuse('graph.not-causal', {})
    const [batch = 0, length = 0] = x.shape
    const ways = readings[direction]
    const wanted = ways.length * width
    const given = initial?.shape[1] ?? wanted
    if (given !== wanted) {
      b.refuse('graph.initial-width', { given, wanted, source: b.source('initial') }, { port: 'initial', width: wanted })
    }
    const zeros = b.constant(0, [1, batch, wanted])
    const start = initial ? b.reshape(initial, [1, batch, wanted]) : zeros
    const mask = b.mask('x')
    const steps = b.transpose(x, [1, 0, 2]) // (T, B, d): the input of one step is contiguous
    const real = mask && b.reshape(b.transpose(mask, [1, 0]), [length, batch, 1])
    const read = ways.map((way, index) =>
      run(b, steps, real, b.slice(start, [0, 0, index * width], [1, batch, width]), { cell, width, way, initialiser }),
    )
    const states = b.concat(
      read.map((each) => each.states),
      2,
    )
    b.carry({ mask: mask && b.max(mask, 1) }, 'last')
    const last = b.concat(
      read.map((each) => each.last),
      2,
    )
    const muted = (value: Value): Value => b.gate('output', value)
    return { y: muted(b.transpose(states, [1, 0, 2])), last: muted(b.reshape(last, [batch, wanted])) }
  },
})

/** One direction over (T, B, d) from the initial state (1, B, w): all states (T, B, w) in token order, and the last one (1, B, w). */
function run(
  b: BlockBuilder,
  steps: Value,
  real: Value | null,
  start: Value,
  options: { cell: CellKind; width: number; way: string; initialiser: z.output<typeof initialiserParam> },
): { states: Value; last: Value } {
  const { cell, width, way, initialiser } = options
  const [length = 0, batch = 0] = steps.shape
  const { gates, step, biasInside } = cells[cell]
  const size = gates * width
  // One matrix product for all steps; only the recurrent part runs step by step.
  const projected = linearMap(b, steps, { name: `${way}-input`, outputs: size, bias: true, initialiser })
  const weight = b.weight(`${way}-hidden`, [width, size], matrixInitialiser(initialiser, width))
  const bias = b.weight(`${way}-hidden-bias`, [size], { kind: 'zeros' })
  const inputs = biasInside ? projected : b.add(projected, bias)
  const toGates = (state: Value): Value => {
    const product = b.matmul(state, weight)
    return biasInside ? b.add(product, bias) : product
  }
  const zeros = b.constant(0, [1, batch, width])
  let memory = { state: start, cell: zeros }
  const states: Value[] = new Array<Value>(length)
  const order = Array.from({ length }, (_, i) => (way === 'forward' ? i : length - 1 - i))
  for (const t of order) {
    const input = b.slice(inputs, [t, 0, 0], [1, batch, size])
    const next = step(b, input, toGates(memory.state), memory)
    const here = real && b.slice(real, [t, 0, 0], [1, batch, 1])
    const held = (after: Value, before: Value): Value => (here && after !== before ? b.where(here, after, before) : after)
    memory = { state: held(next.state, memory.state), cell: held(next.cell, memory.cell) }
    states[t] = memory.state
  }
  return { states: b.concat(states, 0), last: memory.state }
}
