/** For tests: labs that together use every block, with which each format is executed by its own library. */
import { composeLab } from '@core/models/compose'
import { embed, layers } from '@core/models/parts'
import type { LabDocument } from '@core/lab/document'
import { join } from 'node:path'
import { createLabs } from '../../service/labs'
import type { ExportSource } from '../source'
import { openSource } from '../source'
import { root } from './commands'

const builtIn = [
  ...['from-scratch', 'two-heads', 'dates', 'adding', 'recall-recurrent', 'positions'],
  ...['topics', 'additive-scores', 'batch-norm', 'rotary', 'tiny-gpt'],
]

/** Gates the output of local attention (ALiBi, sparsemax) by one half of its features; tags it with padding. */
const gated = composeLab({ title: 'Gated', task: { kind: 'pos-tagging', params: {} } }, (c) => {
  const x = embed(c, { width: 12, position: { method: 'sinusoidal' } })
  c.place(
    'attention',
    'multi-head',
    { mask: 'window', window: 2, positions: 'alibi', normaliser: 'sparsemax', heads: 3 },
    { x },
  )
  c.place('left', 'slice', { start: 0, size: 6 }, { x: 'attention' })
  c.place('right', 'slice', { start: 6, size: 6 }, { x: 'attention' })
  c.place('gate', 'activation', { activation: 'sigmoid' }, { x: 'right' })
  c.place('product', 'multiply', {}, { a: 'left', b: 'gate' })
  c.place('dropout', 'dropout', {}, { x: 'product' })
  c.place(
    'classifier',
    'classifier',
    {},
    { x: layers(c, 'dropout', { attention: { heads: 2 }, feedForward: { activation: 'swiglu' } }) },
  )
})

/** Both directions of an LSTM over a padded source, attended to by a decoder with grouped keys. */
const recurrent = composeLab({ title: 'Recurrent encoder', task: { kind: 'dates', params: {} } }, (c) => {
  const source = embed(c, { width: 8, sequence: 'source', position: null })
  c.place('lstm', 'recurrent', { cell: 'lstm', width: 4, direction: 'both' }, { x: source })
  const x = embed(c, { width: 8, position: null })
  c.place('rnn', 'recurrent', { cell: 'rnn', width: 8 }, { x, initial: 'lstm.last' })
  const decoded = layers(c, 'rnn', {
    attention: { mask: 'causal', heads: 2, positions: 'rope' },
    memory: 'lstm',
    norm: { method: 'rms' },
  })
  c.place('output', 'next-token', {}, { x: decoded })
})

/** The parts of a text, and ReLU attention, which counts the visible keys. */
const segments = composeLab({ title: 'Segments', task: { kind: 'sort', params: {} } }, (c) => {
  const x = embed(c, { width: 8, position: null })
  c.place('segments', 'segment', { separator: 2, segments: 3 }, { x, ids: 'tokens' })
  c.place('classifier', 'classifier', {}, { x: layers(c, 'segments', { attention: { heads: 2, normaliser: 'relu' } }) })
})

export async function labsForExport(): Promise<ReadonlyMap<string, LabDocument>> {
  const labs = createLabs(join(root, 'resources/labs'))
  const read = await Promise.all(builtIn.map(async (id) => [id, await labs.read(id)] as const))
  return new Map([...read, ['gated', gated], ['recurrent', recurrent], ['segments', segments]])
}

/** The kind of each block of a lab by its id, those inside groups included. */
export const kindsOf = ({ graph }: LabDocument): ReadonlyMap<string, string> =>
  new Map(
    [...graph.nodes, ...Object.values(graph.groups ?? {}).flatMap(({ nodes }) => nodes)].map(({ id, kind }) => [id, kind]),
  )

export async function sourcesForExport(): Promise<readonly ExportSource[]> {
  const labs = await labsForExport()
  const never = new AbortController().signal
  return Promise.all([...labs].map(([name, lab]) => openSource({ kind: 'lab', name, lab, data: null }, never)))
}
