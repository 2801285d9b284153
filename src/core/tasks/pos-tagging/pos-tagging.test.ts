import { describe, expect, it } from 'vitest'
import { stream } from '../../random/stream'
import type { Batch } from '../types'
import { english } from './english'
import { posTagging } from './pos-tagging'
import { MAXIMUM_TOKENS, readGrammar, type TaggedWord } from './sentences'

const task = posTagging.create({ language: 'en' }, null)
const { spec } = task
const { length } = spec.signature
const { vocabulary } = spec.tokeniser
const { draw } = readGrammar(english)

function sentences({ tokens, targets, mask }: Batch): TaggedWord[][] {
  return Array.from({ length: tokens.length / length }, (_, row) =>
    Array.from({ length }, (_, place) => row * length + place)
      .filter((at) => mask![at] === 1)
      .map((at) => ({ word: vocabulary[tokens[at]!]!, tag: spec.classes[targets[at]!]! })),
  ).filter((sentence) => sentence.length > 0)
}
const text = (sentence: readonly TaggedWord[]): string => sentence.map(({ word }) => word).join(' ')
const tags = (sentence: readonly TaggedWord[]): string => sentence.map(({ tag }) => tag).join(' ')

const validation = sentences(task.evaluationBatch(0, spec.validation))
const training = sentences(task.trainBatch(1, 0, 30_000))

/** Validation accuracy of predicting the most frequent tag per key, counted on `counted`. */
function majorityAccuracy(counted: TaggedWord[][], key: (word: string, place: number) => string): number {
  const counts = new Map<string, Map<string, number>>()
  for (const sentence of counted) {
    sentence.forEach(({ word, tag }, place) => {
      const ofKey = counts.get(key(word, place)) ?? new Map<string, number>()
      counts.set(key(word, place), ofKey.set(tag, (ofKey.get(tag) ?? 0) + 1))
    })
  }
  const best = (word: string, place: number): string | undefined =>
    [...(counts.get(key(word, place)) ?? [])].toSorted(([, a], [, b]) => b - a)[0]?.[0]
  const words = validation.flatMap((sentence) => sentence.map(({ word, tag }, place) => best(word, place) === tag))
  return words.filter(Boolean).length / words.length
}

describe('pos-tagging', () => {
  it('has the expected specification', () => {
    expect(spec.signature).toMatchObject({ length: MAXIMUM_TOKENS, padded: true, causal: false })
    expect(spec.validation).toBe(600)
    expect(vocabulary[0]).toBe('·')
    expect(spec.classes.join(' ')).toBe('ADJ ADP ADV AUX CCONJ DET INTJ NOUN PART PRON PROPN PUNCT SCONJ VERB')
  })

  it('cannot be solved from each word: not even by the best tag per word, counted on the validation set', () => {
    const accuracy = majorityAccuracy(validation, (word) => word)
    expect(accuracy).toBeGreaterThan(0.8)
    expect(accuracy).toBeLessThan(0.87)
  })

  it('cannot be solved from each word and its position, which a model without attention sees too', () => {
    expect(majorityAccuracy(training, (word, place) => `${word} ${place}`)).toBeLessThan(0.89)
  })

  it('can be solved from the whole sentence: equal sentences have equal tags', () => {
    const tagsOf = new Map<string, string>()
    const random = stream(11, 'ambiguity')
    for (let i = 0; i < 100_000; i++) {
      const sentence = draw(random)
      const known = tagsOf.get(text(sentence))
      if (known !== undefined && known !== tags(sentence)) {
        expect.fail(`"${text(sentence)}" is both ${known} and ${tags(sentence)}`)
      }
      tagsOf.set(text(sentence), tags(sentence))
    }
    expect(tagsOf.size).toBeGreaterThan(50_000)
  })

  it('never trains on a validation sentence', () => {
    const held = new Set(validation.map(text))
    expect(held.size).toBe(600)
    expect(training.filter((sentence) => held.has(text(sentence)))).toEqual([])
    for (const seed of [2, 3]) {
      expect(sentences(task.trainBatch(seed, 9, 5000)).filter((sentence) => held.has(text(sentence)))).toEqual([])
    }
  })

  it('has every validation word in training', () => {
    const known = new Set(training.flat().map(({ word }) => word))
    expect(validation.flat().filter(({ word }) => !known.has(word))).toEqual([])
    expect([...vocabulary.slice(1)].filter((word) => !known.has(word))).toEqual([])
  })

  it('generates sentences of 2 to 13 tokens that end in their only full stop or question mark', () => {
    for (const sentence of training) {
      expect(sentence.length).toBeGreaterThanOrEqual(2)
      expect(sentence.length).toBeLessThanOrEqual(MAXIMUM_TOKENS)
      expect(sentence.findIndex(({ word }) => word === '.' || word === '?')).toBe(sentence.length - 1)
    }
  })

  it('has agreement of determiners and nouns, of pronouns and verbs, and of articles and the following sound', () => {
    const forms = (tag: string, form: 0 | 1): Set<string> =>
      new Set(
        Object.values(english.inflected)
          .filter((list) => list.startsWith(`${tag}: `))
          .flatMap((list) => list.slice(tag.length + 2).split(' '))
          .map((pair) => pair.split('/')[form]!),
      )
    const allowed: Readonly<Record<string, Set<string>>> = {
      a: forms('NOUN', 0).add('plan').add('hope').add('need'),
      these: forms('NOUN', 1),
      she: forms('VERB', 0).add('saw'),
      they: forms('VERB', 1).add('saw'),
    }
    const ruleOf: Readonly<Record<string, string>> = { a: 'a', an: 'a', this: 'a', that: 'a', these: 'these' }
    const ruleOfSubject: Readonly<Record<string, string>> = { she: 'she', he: 'she', they: 'they', we: 'they', I: 'they' }
    let checked = 0
    for (const sentence of training) {
      const isQuestion = sentence.at(-1)!.word === '?'
      sentence.forEach(({ word, tag }, place) => {
        const next = sentence[place + 1]
        if (tag === 'DET' && ruleOf[word]) {
          const noun = sentence.slice(place).find((other) => other.tag === 'NOUN')!.word
          if (!allowed[ruleOf[word]]!.has(noun)) expect.fail(`${word} … ${noun}: ${text(sentence)}`)
          checked++
        }
        if (ruleOfSubject[word] && next?.tag === 'VERB' && !isQuestion) {
          if (!allowed[ruleOfSubject[word]]!.has(next.word)) expect.fail(`${word} ${next.word}: ${text(sentence)}`)
          checked++
        }
        if (word === 'a' || word === 'an') expect(/^[aeiou]/.test(next!.word)).toBe(word === 'an')
      })
    }
    expect(checked).toBeGreaterThan(10_000)
  })

  it('is a pure function of seed and step', () => {
    expect(task.trainBatch(1, 5, 8)).toEqual(posTagging.create({ language: 'en' }, null).trainBatch(1, 5, 8))
    expect(task.trainBatch(1, 5, 8)).not.toEqual(task.trainBatch(1, 6, 8))
    expect(task.evaluationBatch(3, 32)).toEqual(posTagging.create({ language: 'en' }, null).evaluationBatch(3, 32))
  })
})
