/** Operations have the same names for any batch size, and axis names wherever they can be inferred. */
import { cases, modelWith, signatureFor } from '../blocks/testing'
import { describe, expect, it } from 'vitest'
import { analyse } from './analyse'
import { compile } from './compile'
import { firstModel, lab, signature } from './testing'

describe('the names of operations', () => {
  it.each(cases)('%s %j: do not depend on the batch size, nor do their axis names', (kind, settings) => {
    const [document, own] = [modelWith(kind, settings), signatureFor(kind, true)]
    const operations = Object.values(analyse(document, own).nodes).flatMap((node) => node.operations)
    for (const batch of [1, 2, 7]) {
      const { probes } = compile(document, own, { mode: 'inspect', batch, operations: true })
      const axes = new Map(probes.map((probe) => [probe.name, probe.axes]))
      expect(operations.map(({ name }) => axes.get(name))).toEqual(operations.map((operation) => operation.axes))
    }
  })

  it('are numbered per block, from 1, without constants', () => {
    const { nodes } = analyse(firstModel(), signature)
    expect(nodes['feed-forward']!.operations.map(({ name }) => name)).toEqual([
      'feed-forward/1-matmul',
      'feed-forward/2-add',
      'feed-forward/3-gelu',
      'feed-forward/4-mul',
      'feed-forward/5-matmul',
      'feed-forward/6-add',
      'feed-forward/7-mul',
    ])
    expect(nodes['add']!.operations.map(({ name }) => name)).toEqual(['add/1-mul', 'add/2-mul', 'add/3-add'])
  })
})

describe('the axes of operations', () => {
  const axesOf = (document = firstModel()) => {
    const { nodes } = analyse(document, signature)
    return new Map(Object.values(nodes).flatMap(({ operations }) => operations.map(({ name, axes }) => [name, axes])))
  }

  it('are propagated from inputs and weights through matrix products, head splits and sums', () => {
    const axes = axesOf()
    expect(axes.get('embedding/1-gather')).toEqual(['batch', 'token', 'feature'])
    expect(axes.get('multi-head/1-matmul')).toEqual(['batch', 'token', 'output'])
    expect(axes.get('multi-head/3-reshape')).toEqual(['batch', 'token', 'head', 'feature'])
    expect(axes.get('multi-head/4-transpose')).toEqual(['batch', 'head', 'query', 'feature'])
    expect([...axes].find(([name]) => name.endsWith('-softmax'))).toEqual([
      expect.stringMatching(/^multi-head\//),
      ['batch', 'head', 'query', 'key'],
    ])
    expect(axes.get('norm/1-mean')).toEqual(['batch', 'token', 'one'])
  })

  it('have as many names as sizes, for every block', () => {
    for (const [kind, settings] of cases) {
      const { nodes } = analyse(modelWith(kind, settings), signatureFor(kind, true))
      for (const { operations } of Object.values(nodes)) {
        for (const { name, axes, output } of operations) expect(axes.length, `${kind} ${name}`).toBe(output.length)
      }
    }
  })

  it('of weights are input and output, unless the block names them', () => {
    const { nodes } = analyse(firstModel(), signature)
    expect(nodes['embedding']!.weights).toEqual([{ name: 'embedding/table', axes: ['vocabulary', 'feature'], shape: [5, 8] }])
    const axes = new Map(nodes['feed-forward']!.weights.map((weight) => [weight.name, weight.axes]))
    expect(axes.get('feed-forward/up')).toEqual(['input', 'output'])
    expect(axes.get('feed-forward/up-bias')).toEqual(['feature'])
    const learned = lab(
      ['tokens', ['embedding', { width: 4 }], ['position', { method: 'learned' }], 'classifier'],
      ['tokens.ids > embedding.ids', 'embedding.y > position.x', 'position.y > classifier.x'],
    )
    const [positions] = analyse(learned, signature).nodes['position']!.weights
    expect(positions!.axes).toEqual(['position', 'feature'])
  })
})
