/** `generate` and `predict` of the built command line. Needs `npm run build`. */
import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtCli, builtInLab, jsonLines, sentence } from './testing/built-cli'

const { path, run } = builtCli()

describe('generate', () => {
  it('continues a prompt with a saved run, using the vocabulary of its training text', { timeout: 120_000 }, async () => {
    const lab = {
      ...(await builtInLab('characters')),
      task: { kind: 'characters', params: { length: 8 } },
      graph: smallGraph,
    }
    await writeFile(path('small.json'), JSON.stringify(lab))
    await writeFile(path('own.txt'), 'xyz'.repeat(400))
    const trained = await run('train', 'small.json', '--steps', '300', '--data', 'own.txt', '--out', 'own')
    expect(trained.code).toBe(0)
    const written = await run('generate', 'own', '--prompt', 'xyzx', '--length', '20', '--temperature', '0', '--json')
    expect(written).toMatchObject({ code: 0, error: '' })
    expect(jsonLines(written.out)).toEqual([
      {
        type: 'done',
        text: 'xyz'.repeat(8),
        tokens: 20,
        tokensPerSecond: expect.any(Number) as number,
        cached: expect.any(Boolean) as boolean, // whichever is faster
        engine: expect.stringMatching(/^(onnxruntime|tfjs)$/) as string,
      },
    ])

    const several = await run(
      'generate',
      'own',
      '--prompt',
      'yz',
      '--length',
      '7',
      '--temperature',
      '0',
      '--samples',
      '2',
      '--json',
    )
    expect(jsonLines(several.out)).toMatchObject([{ type: 'done', texts: ['yzxyzxyzx', 'yzxyzxyzx'], tokens: 14 }])

    const [empty] = jsonLines(
      (await run('generate', 'own', '--prompt', '', '--length', '6', '--temperature', '0', '--json')).out,
    )
    expect(empty).toMatchObject({ text: 'yzxyzx', tokens: 6 }) // follows x, the first token of the vocabulary

    const foreign = await run('generate', 'own', '--prompt', 'abc')
    expect(foreign).toMatchObject({ code: 1, out: '' })
    expect(foreign.error).toMatch(/The character “a” is not in the vocabulary/)
  })

  it('reports a lab that does not predict next tokens, and a folder without a checkpoint', async () => {
    const other = await run('generate', 'reverse', '--length', '3')
    expect(other).toMatchObject({ code: 1, out: '' })
    expect(other.error).toMatch(/does not predict the next token/)
    expect((await run('generate', 'nowhere')).code).toBe(1)
  })
})

describe('predict', () => {
  it('prints classes, tags and next tokens with their probabilities, as a table or as JSON', { timeout: 60_000 }, async () => {
    const classes = await run('predict', 'associative-recall', '--text', 'a3b5c1b', '--json')
    expect(jsonLines(classes.out)).toMatchObject([
      { type: 'done', kind: 'classes', tokens: Array.from('a3b5c1b'), unknown: [], step: 0 },
    ])
    const tags = await run('predict', 'pos-tagging', '--text', 'the cooks play')
    expect(tags).toMatchObject({ code: 0, error: expect.stringMatching(/^This model has not been trained/) as string })
    expect(tags.out.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^token +prediction +probability$/),
      expect.stringMatching(/^the +\S+ +\d+\.\d %$/),
      expect.stringMatching(/^cooks +\S+ +\d+\.\d %$/),
      expect.stringMatching(/^play +\S+ +\d+\.\d %$/),
    ])
    const next = await run('predict', 'characters', '--text', 'Once ', '--json')
    expect(jsonLines(next.out)).toMatchObject([{ kind: 'next', predictions: { length: 10 }, probabilities: { length: 10 } }])
  })

  it('marks unknown words of a saved run, and fails if its weights are damaged', { timeout: 60_000 }, async () => {
    const lab = {
      ...(await builtInLab('pos-tagging')),
      task: { kind: 'own-tagging', params: {} },
    }
    await writeFile(path('tags.json'), JSON.stringify(lab))
    const rows = Array.from({ length: 20 }, (_, index) => `the DET\ncat${index} NOUN\nsleeps VERB`)
    await writeFile(path('tags.conll'), rows.join('\n\n'))
    const trained = await run('train', 'tags.json', '--data', 'tags.conll', '--steps', '5', '--out', 'tags')
    expect(trained).toMatchObject({ code: 0 })
    const { out } = await run('predict', 'tags', '--text', 'the zork sleeps', '--json')
    expect(jsonLines(out)).toMatchObject([{ kind: 'tokens', unknown: [1], step: 5 }])

    // All of them: a training that took seconds has an earlier checkpoint too, which would be used instead.
    const weights = (await readdir(path('tags'))).filter((name) => /^checkpoint\..*\.safetensors$/.test(name))
    expect(weights).not.toEqual([])
    for (const name of weights) await truncate(join(path('tags'), name), 100)
    const damaged = await run('predict', 'tags', '--text', 'the cat1 sleeps')
    expect(damaged).toMatchObject({ code: 1, out: '', error: expect.stringMatching(sentence) as string })
    expect(damaged.error).toContain('is damaged')
  })
})

/** One causal layer. */
const smallGraph = {
  nodes: [
    ['tokens', 'tokens', {}],
    ['embedding', 'embedding', { width: 16 }],
    ['position', 'position', {}],
    ['attention', 'multi-head', { heads: 2, mask: 'causal' }],
    ['classifier', 'classifier', {}],
  ].map(([id, kind, params], i) => ({ id, kind, params, position: { x: 200 * i, y: 0 } })),
  edges: [
    ['tokens', 'ids', 'embedding', 'ids'],
    ['embedding', 'y', 'position', 'x'],
    ['position', 'y', 'attention', 'x'],
    ['attention', 'y', 'classifier', 'x'],
  ].map(([node, port, to, into]) => ({ from: { node, port }, to: { node: to, port: into } })),
}
