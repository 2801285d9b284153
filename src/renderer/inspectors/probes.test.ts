/** Compares the arithmetic shown in the inspector with the compiled model, so that learners never see two different values. */
import { describe, expect, it } from 'vitest'
import type { Tensor } from '@core/contract/look'
import { compile } from '@core/graph/compile'
import { lab, signature } from '@core/graph/testing'
import { interpret } from '@core/program/reference'
import { initialise } from '@core/random/initialisers'
import { matrixOf, rowOf, valueAt } from '../charts/matrix'
import { attentionCell, normSteps, ruleOf } from './arithmetic'

const LENGTHS = [6, 4] // tokens of the two sequences; the rest is padding

function probesOf(kind: 'multi-head' | 'self-attention', params: Readonly<Record<string, unknown>>) {
  const document = lab(
    ['tokens', ['embedding', { width: 8, deviation: 1 }], 'norm', [`${kind} as attention`, params], 'classifier'],
    ['tokens.ids > embedding.ids', 'embedding.y > norm.x', 'norm.y > attention.x', 'attention.y > classifier.x'],
    { batchSize: 2 },
  )
  const program = compile(document, signature, { mode: 'inspect' })
  const states = Object.fromEntries(
    program.states.map(({ name, initialiser, value }) => [name, initialise(initialiser, value.shape, 7, name)]),
  )
  const fed = (name: string, size: number): number[] => {
    const at = (i: number) => ({ sequence: Math.floor(i / signature.length), token: i % signature.length })
    const real = (i: number) => at(i).token < (LENGTHS[at(i).sequence] ?? 0)
    if (name === 'tokens') return Array.from({ length: size }, (_, i) => (real(i) ? 1 + ((i * 3) % 4) : 0))
    return Array.from({ length: size }, (_, i) => (name === 'mask' && !real(i) ? 0 : 1)) // gates are 1
  }
  const feeds = Object.fromEntries(
    program.inputs.map(({ name, value }) => [
      name,
      fed(
        name,
        value.shape.reduce((product, length) => product * length, 1),
      ),
    ]),
  )
  const outputs = interpret(program, feeds, states)
  /** As in a look: one sequence, without the batch axis. */
  function probe(name: string, sequence: number): Tensor {
    const found = program.probes.find((candidate) => candidate.name === name)
    const data = outputs.get(`probe/${name}`)
    if (!found || !data) throw new Error(`no probe ${name}`)
    const size = data.length / 2
    const one = Float32Array.from(data.subarray(sequence * size, (sequence + 1) * size))
    return { axes: found.axes.slice(1), shape: found.value.shape.slice(1), data: one }
  }
  return { probe, states }
}

describe('every cell of every head matches the model', () => {
  it.each([
    ['multi-head', { heads: 2 }],
    ['multi-head', { heads: 4, mask: 'causal', scale: 'none' }],
    ['multi-head', { heads: 2, mask: 'causal-window', window: 2, positions: 'rope', scale: 'number', factor: 0.3 }],
    ['multi-head', { heads: 4, mask: 'without-diagonal', keyValueHeads: 2, scale: 'width' }],
    ['self-attention', { mask: 'causal' }],
  ] as const)('%s %o', (kind, params) => {
    const { probe } = probesOf(kind, params)
    const rule = ruleOf(params)!
    LENGTHS.forEach((tokens, sequence) => {
      const [queries, keys, scores, attention] = ['queries', 'keys', 'scores', 'attention'].map((name) =>
        probe(`attention/${name}`, sequence),
      ) as [Tensor, Tensor, Tensor, Tensor]
      for (let head = 0; head < (attention.shape[0] ?? 0); head++) {
        const [q, k, s, a] = [queries, keys, scores, attention].map((tensor) => matrixOf(tensor, { head }, tokens))
        for (let query = 0; query < tokens; query++) {
          for (let key = 0; key < tokens; key++) {
            const cell = attentionCell(q!, k!, { query, key }, rule)
            expect(Math.abs(cell.score - valueAt(s!, query, key))).toBeLessThan(1e-5)
            expect(Math.abs(cell.weight - valueAt(a!, query, key))).toBeLessThan(1e-5)
          }
        }
      }
    })
  })
})

describe('the normalisation steps match the model', () => {
  it('for every token', () => {
    const { probe, states } = probesOf('multi-head', { heads: 2 })
    const [x, output] = [matrixOf(probe('embedding/output', 0)), matrixOf(probe('norm/output', 0))]
    for (let token = 0; token < x.rows; token++) {
      const steps = normSteps(rowOf(x, token), states['norm/gain']!, states['norm/bias']!, 1e-5)
      steps.outputs.forEach((value, i) => expect(Math.abs(value - valueAt(output, token, i))).toBeLessThan(1e-5))
    }
  })
})
