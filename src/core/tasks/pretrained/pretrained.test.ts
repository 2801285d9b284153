/** The task of an imported model: its tokeniser and one's own text travel together, and hidden tokens are chosen as in BERT. */
import { describe, expect, it } from 'vitest'
import type { Tokeniser } from '../../tokenisers'
import { createTask } from '../index'
import { builtInText } from '../next-token/text'
import { joinData, splitData } from './data'

const words = 'a day in the life of one small model that reads what it is given'.split(' ')
const tokeniser: Tokeniser = {
  kind: 'word-pieces',
  vocabulary: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...words],
  unknown: 1,
  continuing: '##',
  longest: 100,
  clean: true,
  chinese: true,
  accents: false,
  lower: true,
  found: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map((text, id) => ({ id, text, left: false, right: false })),
  before: [2],
  after: [3],
}
const text = Array.from({ length: 3000 }, (_, at) => words[(at * 7 + (at >> 3)) % words.length]).join(' ')

describe('data', () => {
  it('holds the tokeniser and the text', () => {
    expect(splitData(joinData(tokeniser, text))).toEqual({ tokeniser, text })
    expect(splitData(joinData(tokeniser, '')).text).toBe(builtInText)
    expect(splitData('a\nb').text).toBe('a\nb')
  })

  it.each(['{"format":"attention-lab-tokeniser",', '{"format":"attention-lab-tokeniser","tokeniser":{"kind":"x"}}\ntext'])(
    'is refused if damaged: %s',
    (data) => expect(() => splitData(data)).toThrow(/tokeniser of an imported model/),
  )
})

describe('predicting the next token', () => {
  it('reads the text in the tokens of the model, without its frame', () => {
    const task = createTask({ kind: 'pretrained', params: { length: 16 } }, joinData(tokeniser, text))
    expect(task.spec.signature).toMatchObject({ causal: true, padded: false, vocabulary: tokeniser.vocabulary.length })
    const { tokens, targets } = task.trainBatch(1, 1, 8)
    expect(tokens.every((id) => id > 4)).toBe(true)
    expect([...targets.slice(0, 15)]).toEqual([...tokens.slice(1, 16)])
  })

  it('repeats a text that is too short, and says so', () => {
    const task = createTask({ kind: 'pretrained', params: { length: 64 } }, joinData(tokeniser, 'a day in the life of one'))
    expect(task.spec.notices).toMatchObject([{ code: 'text.repeated' }])
    expect(task.evaluationBatch(0, 1).tokens).toHaveLength(64)
  })
})

describe('predicting hidden tokens', () => {
  const task = createTask({ kind: 'pretrained', params: { length: 32, objective: 'masked' } }, joinData(tokeniser, text))
  const size = 400
  const { tokens, targets, scored } = task.trainBatch(3, 1, size)

  it('frames every sequence and scores nothing of the frame', () => {
    expect(task.spec.signature).toMatchObject({ causal: false, padded: true, scored: true })
    for (let row = 0; row < size; row++) {
      const part = tokens.slice(32 * row, 32 * (row + 1))
      expect([part[0], part[31], scored![32 * row], scored![32 * row + 31]]).toEqual([2, 3, 0, 0])
    }
  })

  it('hides 15 % of the tokens: 80 % by the mask, 10 % by another token', () => {
    const chosen = [...scored!.keys()].filter((at) => scored![at] === 1)
    expect(chosen.length / (30 * size)).toBeCloseTo(0.15, 1)
    const masked = chosen.filter((at) => tokens[at] === 4).length / chosen.length
    const kept = chosen.filter((at) => tokens[at] === targets[at]).length / chosen.length
    expect(masked).toBeGreaterThan(0.75)
    expect(masked).toBeLessThan(0.85)
    expect(kept).toBeGreaterThan(0.07)
    expect(kept).toBeLessThan(0.16)
    expect([...tokens].every((id, at) => scored![at] === 1 || id === targets[at])).toBe(true)
  })

  it('depends on seed and step only', () => {
    expect(task.trainBatch(3, 1, size).tokens).toEqual(tokens)
    expect(task.trainBatch(3, 2, size).tokens).not.toEqual(tokens)
    expect(task.evaluationBatch(0, 8)).toEqual(task.evaluationBatch(0, 8))
  })
})
