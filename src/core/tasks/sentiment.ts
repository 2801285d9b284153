/**
 * Sentiment: how positive a review is, from very negative to very positive. No single word decides it: "not", "nobody" and "never" negate,
 * "very" intensifies, of "not … but …" the second part counts, and of two clauses the one without "although". The class is computed by
 * these rules while the sentence is drawn, one function each.
 */
import { z } from 'zod'
import type { RandomStream } from '../random/stream'
import { drawnTask } from './drawn'
import { PADDING } from './letters'
import { lexicon } from './lexicon'
import { defineTask, specOf } from './types'

/** Levels from −2 to 2; the class id is the level plus 2. */
const CLASSES = ['very negative', 'negative', 'neutral', 'positive', 'very positive']
/** The longest: "although the … was not … but … , the … was not … but … ." */
export const LONGEST = 17

/** Words with their level; several words may form one text. */
export interface Judgement {
  readonly text: string
  readonly level: number
}

const NOUNS = 'film book food music room service story place'.split(' ')
const adjectives: Readonly<Record<string, number>> = {
  wonderful: 2,
  superb: 2,
  good: 1,
  nice: 1,
  pleasant: 1,
  long: 0,
  new: 0,
  usual: 0,
  bad: -1,
  dull: -1,
  poor: -1,
  terrible: -2,
  awful: -2,
}
/** Past tense → plain form and level. */
const verbs: Readonly<Record<string, readonly [plain: string, level: number]>> = {
  loved: ['love', 2],
  liked: ['like', 1],
  disliked: ['dislike', -1],
  hated: ['hate', -2],
}

const pick = <T>(random: RandomStream, items: readonly T[]): T => items[random.integer(items.length)]!
/** "not terrible" is at most good, and "not wonderful" at worst bad. */
const opposite = (level: number): number => (level === 0 ? 0 : -Math.sign(level))

function drawAdjective(random: RandomStream, strongest: number): Judgement {
  const [text, level] = pick(
    random,
    Object.entries(adjectives).filter(([, each]) => Math.abs(each) <= strongest),
  )
  return { text, level }
}

const phrases: readonly ((random: RandomStream) => Judgement)[] = [
  (random) => drawAdjective(random, 2),
  (random) => {
    const { text, level } = drawAdjective(random, 1)
    return { text: `very ${text}`, level: 2 * level }
  },
  (random) => {
    const { text, level } = drawAdjective(random, 1)
    return { text: `quite ${text}`, level }
  },
  (random) => {
    const { text, level } = drawAdjective(random, 2)
    return { text: `${pick(random, ['not', 'never'])} ${text}`, level: opposite(level) }
  },
  (random) => {
    const { text, level } = drawAdjective(random, 1)
    return { text: `not very ${text}`, level: opposite(level) }
  },
  (random) => {
    const first = drawAdjective(random, 2)
    let second = drawAdjective(random, 2)
    while (second.text === first.text) second = drawAdjective(random, 2)
    return { text: `not ${first.text} but ${second.text}`, level: second.level }
  },
]

function drawClause(random: RandomStream, noun: string): Judgement {
  if (random.integer(3) > 0) {
    const { text, level } = pick(random, phrases)(random)
    return { text: `the ${noun} was ${text}`, level }
  }
  const [past, [plain, level]] = pick(random, Object.entries(verbs))
  const [who, verb, said] = pick(random, [
    ['I', past, level],
    ['everybody', past, level],
    ['nobody', past, opposite(level)],
    ['I', `did not ${plain}`, opposite(level)],
  ] as const)
  return { text: `${who} ${verb} the ${noun}`, level: said }
}

/** With equal signs, the stronger level; with opposite signs, neutral. */
const both = (a: number, b: number): number => (a * b < 0 ? 0 : Math.abs(a) > Math.abs(b) ? a : b)

const sentences: readonly ((a: Judgement, b: Judgement) => Judgement)[] = [
  (a) => ({ text: `${a.text} .`, level: a.level }),
  (a, b) => ({ text: `${a.text} , but ${b.text} .`, level: b.level }),
  (a, b) => ({ text: `although ${a.text} , ${b.text} .`, level: b.level }),
  (a, b) => ({ text: `${a.text} , although ${b.text} .`, level: a.level }),
  (a, b) => ({ text: `${a.text} and ${b.text} .`, level: both(a.level, b.level) }),
]

function drawSentence(random: RandomStream): Judgement {
  const [first, second] = random.permutation(NOUNS.length)
  const [a, b] = [first, second].map((noun) => drawClause(random, NOUNS[noun!]!))
  return pick(random, sentences)(a!, b!)
}

const WORDS = [
  ...Object.keys(adjectives),
  ...NOUNS,
  ...Object.entries(verbs).flatMap(([past, [plain]]) => [past, plain]),
  ...'the was not never very quite but and although I everybody nobody did , .'.split(' '),
].sort()

export const sentiment = defineTask({
  kind: 'sentiment',
  params: z.strictObject({}),
  data: 'none',
  create() {
    const vocabulary = [PADDING, ...WORDS]
    const idOfWord = new Map(vocabulary.map((word, id) => [word, id]))
    const idsOf = ({ text }: Judgement): number[] => text.split(' ').map((word) => idOfWord.get(word)!)
    return drawnTask({
      kind: 'sentiment',
      spec: specOf({
        aim: 'sequence',
        length: LONGEST,
        padded: true,
        tokeniser: lexicon(vocabulary, 1, 'implied'),
        classes: CLASSES,
      }),
      // Classes are balanced.
      draw(random) {
        const level = random.integer(CLASSES.length) - 2
        for (;;) {
          const sentence = drawSentence(random)
          if (sentence.level === level) return sentence
        }
      },
      content: idsOf,
      sample: (sentence) => ({ tokens: idsOf(sentence), targets: [sentence.level + 2] }),
    })
  },
})
