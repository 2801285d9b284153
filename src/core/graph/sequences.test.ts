import { expect, it } from 'vitest'
import { createTask } from '../tasks'
import { memoryAt, sequenceAt, sequenceOf } from './sequences'
import { lab } from './testing'

const document = lab(
  [
    'tokens',
    ['tokens as source', { sequence: 'source' }],
    'embedding',
    'embedding as read',
    'multi-head as encoder',
    'cross-attention',
    'add',
    'norm',
  ],
  [
    'source.ids > read.ids',
    'read.y > encoder.x',
    'encoder.y > cross-attention.memory',
    'tokens.ids > embedding.ids',
    'embedding.y > cross-attention.x',
    'cross-attention.y > add.b',
    'embedding.y > add.a',
  ],
)

it.each([
  ['tokens', undefined, 'tokens'],
  ['source', undefined, 'source'],
  ['encoder', undefined, 'source'],
  ['cross-attention', undefined, 'tokens'],
  ['cross-attention', 'memory', 'source'],
  ['add', undefined, 'tokens'],
  ['norm', undefined, 'tokens'], // not connected
  ['unknown', undefined, 'tokens'],
])('%s at %s works on %s', (node, port, name) => expect(sequenceOf(document, node, port)).toBe(name))

it('input and memory are those sequences of the chosen sample', () => {
  const { spec } = createTask({ kind: 'copy', params: {} }, null)
  const { signature, tokeniser, source } = spec
  const read = { signature: signature.source, tokeniser: source }
  const sample = { tokens: Int32Array.of(1, 2), source: Int32Array.of(3) }
  const from = { document, spec, sample }
  expect(sequenceAt(from, 'cross-attention')).toEqual({ signature, tokeniser, ids: [1, 2] })
  expect(memoryAt(from, 'cross-attention')).toEqual({ ...read, ids: [3] })
  expect(memoryAt(from, 'encoder')).toEqual({ ...read, ids: [3] })
  expect(sequenceAt({ ...from, sample: null }, 'encoder')).toEqual({ ...read, ids: null })
})
