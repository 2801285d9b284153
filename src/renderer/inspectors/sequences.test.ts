import { lab } from '@core/graph/testing'
import { expect, it } from 'vitest'
import { sequenceOf } from './sequences'

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
  ['norm', undefined, 'tokens'], // nothing is plugged in
  ['nobody', undefined, 'tokens'],
])('%s at %s works on %s', (node, port, name) => expect(sequenceOf(document, node, port)).toBe(name))
