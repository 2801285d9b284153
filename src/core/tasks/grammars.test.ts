/** Sentiment and topics: labels recomputed by independent rules, and a bag-of-words baseline. */
import { describe, expect, it } from 'vitest'
import { createTask } from './index'
import { readBatch, type ReadSample } from './read'
import { nouns } from './topics'

function samples(kind: string): { training: ReadSample[]; validation: ReadSample[]; length: number } {
  const task = createTask({ kind, params: {} }, null)
  const { validation, signature } = task.spec
  return {
    training: readBatch(task.spec, task.trainBatch(5, 1, 12_000)),
    validation: readBatch(task.spec, task.evaluationBatch(0, validation)),
    length: signature.length,
  }
}
const key = (words: readonly string[]): string => words.toSorted().join(' ')

/** Validation accuracy of naive Bayes over words, ignoring their order, with add-one smoothing (Manning et al. 2008). */
function naiveBayes(
  training: readonly ReadSample[],
  validation: readonly ReadSample[],
  label: (sample: ReadSample) => string,
): number {
  const labels = [...new Set(training.map(label))]
  const words = new Set(training.flatMap(({ tokens }) => tokens))
  const models = labels.map((each) => {
    const own = training.filter((sample) => label(sample) === each)
    const counts = new Map<string, number>()
    for (const word of own.flatMap(({ tokens }) => tokens)) counts.set(word, (counts.get(word) ?? 0) + 1)
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0) + words.size
    const log = (word: string): number => Math.log(((counts.get(word) ?? 0) + 1) / total)
    return { each, prior: Math.log(own.length / training.length), log }
  })
  const guess = ({ tokens }: ReadSample): string =>
    models
      .map(({ each, prior, log }) => ({ each, score: tokens.reduce((sum, word) => sum + log(word), prior) }))
      .reduce((best, other) => (other.score > best.score ? other : best)).each
  return validation.filter((sample) => guess(sample) === label(sample)).length / validation.length
}

describe('sentiment', () => {
  const { training, validation, length } = samples('sentiment')
  const scale = ['very negative', 'negative', 'neutral', 'positive', 'very positive']
  const lexicon: Readonly<Record<string, number>> = {
    ...{ wonderful: 2, superb: 2, loved: 2, love: 2, good: 1, nice: 1, pleasant: 1, liked: 1, like: 1 },
    ...{ bad: -1, dull: -1, poor: -1, disliked: -1, dislike: -1, terrible: -2, awful: -2, hated: -2, hate: -2 },
  }
  /** Level of a clause: from the words after its last "but", with "not" and "very" handled by hand. */
  function levelOf(clause: string): number {
    const judged = clause.replace(/not \w+ but /, '')
    const word = judged.split(' ').find((each) => each in lexicon)
    const level = word === undefined ? 0 : lexicon[word]!
    if (/\b(?:not|never|nobody)\b/.test(judged)) return -Math.sign(level) + 0
    return /\bvery\b/.test(judged) ? 2 * level : level
  }
  function read(sentence: string): number {
    const text = sentence.replace(/ \.$/, '')
    const counts =
      /^although .* , (.*)$/.exec(text)?.[1] ?? /^(.*) , although .*$/.exec(text)?.[1] ?? /^.* , but (.*)$/.exec(text)?.[1]
    if (counts !== undefined) return levelOf(counts)
    const levels = text.split(' and ').map(levelOf)
    if (levels.some((level) => level > 0) && levels.some((level) => level < 0)) return 0
    return levels.reduce((strongest, level) => (Math.abs(level) > Math.abs(strongest) ? level : strongest))
  }

  it('has the labels that follow from its sentences', () => {
    for (const { tokens, targets } of [...training, ...validation]) {
      if (scale[read(tokens.join(' ')) + 2] !== targets[0]) expect.fail(`${tokens.join(' ')} – ${targets.join()}`)
    }
  })
  it.each([
    ['the film was not good but wonderful .', 'very positive'],
    ['although the film was superb , nobody liked the story .', 'negative'],
    ['I did not hate the room , although the food was very bad .', 'positive'],
    ['everybody loved the book and the music was dull .', 'neutral'],
  ])('contains: %s', (sentence, says) => {
    expect(scale[read(sentence) + 2]).toBe(says)
  })
  it('has balanced classes and sentences up to its length', () => {
    for (const each of scale) {
      expect(training.filter(({ targets }) => targets[0] === each).length / training.length).toBeCloseTo(0.2, 1)
    }
    expect(Math.max(...training.map(({ tokens }) => tokens.length))).toBe(length)
  })
  it('needs word order: the same words have different labels, and a bag of words is not enough', () => {
    const meanings = new Map<string, Set<unknown>>()
    for (const { tokens, targets } of training) {
      meanings.set(key(tokens), (meanings.get(key(tokens)) ?? new Set()).add(targets[0]))
    }
    expect([...meanings.values()].filter(({ size }) => size > 1).length).toBeGreaterThan(20)
    const accuracy = naiveBayes(training, validation, ({ targets }) => String(targets[0]))
    expect(accuracy).toBeGreaterThan(0.3)
    expect(accuracy).toBeLessThan(0.65)
  })
})

describe('topics', () => {
  const { training, validation, length } = samples('topics')
  const topicsOf = (word: string): string[] => nouns.flatMap(([a, b, words]) => (words.split(' ').includes(word) ? [a, b] : []))

  it('has as labels what the nouns of each pair have in common, except after "not"', () => {
    for (const { tokens, targets } of [...training, ...validation]) {
      const text = tokens.join(' ')
      const told = [...text.matchAll(/(not )?about the (\w+) and the (\w+)/g)].flatMap(([, not, one, other]) => {
        const common = topicsOf(one!).filter((topic) => topicsOf(other!).includes(topic))
        expect(common).toHaveLength(1)
        return not ? [] : common
      })
      expect(told.toSorted(), text).toEqual([...targets].toSorted())
    }
  })
  it('has one to three labels, every noun in two topics, and texts up to its length', () => {
    expect(new Set(training.map(({ targets }) => targets.length))).toEqual(new Set([1, 2, 3]))
    const all = nouns.flatMap(([, , words]) => words.split(' '))
    expect(new Set(all).size).toBe(all.length)
    expect(Math.max(...training.map(({ tokens }) => tokens.length))).toBe(length)
  })
  it.each(['sport', 'music', 'food', 'money', 'nature'])('cannot predict %s from a bag of words', (topic) => {
    const about = (sample: ReadSample): string => String(sample.targets.includes(topic))
    const usual = validation.filter((sample) => about(sample) === 'false').length / validation.length
    expect(naiveBayes(training, validation, about)).toBeLessThan(0.88)
    expect(usual).toBeLessThan(0.75)
  })
})
