import { describe, expect, it } from 'vitest'
import { stream } from '../../random/stream'
import { readBatch } from '../read'
import { chinese } from './chinese'
import { posTagging } from './pos-tagging'
import { MAXIMUM_TOKENS, readGrammar, type TaggedWord } from './sentences'

const sentences = readGrammar(chinese)
const task = posTagging.create({ language: 'zh' }, null)
const drawn = ((random) => Array.from({ length: 60_000 }, () => sentences.draw(random)))(stream(11, 'chinese'))
const text = (sentence: readonly TaggedWord[]): string => sentence.map(({ word }) => word).join(' ')
const tagged = (sentence: readonly TaggedWord[]): string => sentence.map(({ word, tag }) => `${word}/${tag}`).join(' ')

/** Accuracy of the best tag per key, counted on the evaluated words themselves. */
function bestAccuracy(key: (word: string, place: number) => string): number {
  const counts = new Map<string, Map<string, number>>()
  let total = 0
  for (const sentence of drawn) {
    sentence.forEach(({ word, tag }, place) => {
      const of = counts.get(key(word, place)) ?? new Map<string, number>()
      counts.set(key(word, place), of.set(tag, (of.get(tag) ?? 0) + 1))
      total++
    })
  }
  return [...counts.values()].reduce((right, of) => right + Math.max(...of.values()), 0) / total
}

describe('pos-tagging in Chinese', () => {
  it('has the expected specification', () => {
    expect(task.spec.signature).toMatchObject({ length: MAXIMUM_TOKENS, padded: true, causal: false })
    expect(task.spec.validation).toBe(600)
    expect(task.spec.classes.join(' ')).toBe('ADJ ADP ADV AUX DET NOUN NUM PART PRON PROPN PUNCT VERB')
    const [sample] = readBatch(task.spec, task.trainBatch(1, 0, 1))
    expect(sample!.tokens).toHaveLength(sample!.targets.length)
  })

  it('cannot be solved from each word, nor from each word and its position', () => {
    expect(bestAccuracy((word) => word)).toBeGreaterThan(0.8)
    expect(bestAccuracy((word) => word)).toBeLessThan(0.9)
    expect(bestAccuracy((word, place) => `${word} ${place}`)).toBeLessThan(0.93)
  })

  it('can be solved from the whole sentence: equal sentences have equal tags', () => {
    const known = new Map<string, string>()
    for (const sentence of drawn) {
      const before = known.get(text(sentence))
      if (before !== undefined && before !== tagged(sentence)) expect.fail(`${before} and ${tagged(sentence)}`)
      known.set(text(sentence), tagged(sentence))
    }
    expect(known.size).toBeGreaterThan(20_000)
  })

  it('has many ambiguous words', () => {
    const tags = new Map<string, Set<string>>()
    for (const { word, tag } of drawn.flat()) tags.set(word, (tags.get(word) ?? new Set()).add(tag))
    const several = [...tags].filter(([, { size }]) => size > 1).map(([word]) => word)
    expect(several).toEqual(
      expect.arrayContaining(['会', '画', '花', '锁', '把', '给', '在', '对', '要', '翻译', '编辑', '工作', '练习']),
    )
  })

  it('uses the right measure word for every noun, and ends every sentence with its mark', () => {
    const measures: Readonly<Record<string, string>> = {
      张: '画票',
      把: '锁伞椅子',
      朵: '花',
      位: '翻译编辑导演领导代表老师学生',
    }
    for (const sentence of drawn) {
      sentence.forEach(({ word, tag }, place) => {
        const before = sentence[place - 1]?.tag
        if (tag === 'NOUN' && (before === 'NUM' || before === 'DET') && measures[word]) {
          if (!measures[word].includes(sentence[place + 1]!.word)) expect.fail(text(sentence))
        }
      })
      expect(sentence.at(-1)!.tag).toBe('PUNCT')
      expect(sentence.filter(({ tag }) => tag === 'PUNCT')).toHaveLength(1)
    }
  })
})
