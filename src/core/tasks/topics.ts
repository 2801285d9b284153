/**
 * Topics: one to three subjects of a sentence. Every noun belongs to two topics ("bass" is music or nature, "bank" is money or nature); two
 * nouns named together have exactly one in common, which is the label: "the bass and the bank" is nature, "the bass and the note" is music.
 * Nouns after "not" do not count. So words must be read in context.
 */
import { z } from 'zod'
import type { RandomStream } from '../random/stream'
import { drawnTask } from './drawn'
import { PADDING } from './letters'
import { lexicon } from './lexicon'
import { defineTask, specOf } from './types'

const TOPICS = ['sport', 'music', 'food', 'money', 'nature'] as const
type Topic = (typeof TOPICS)[number]

/** Nouns by their two topics. */
export const nouns: readonly (readonly [Topic, Topic, words: string])[] = [
  ['sport', 'music', 'score record pitch'],
  ['sport', 'food', 'squash course'],
  ['sport', 'money', 'transfer draw'],
  ['sport', 'nature', 'bat field'],
  ['music', 'food', 'jam roll'],
  ['music', 'money', 'note instrument'],
  ['music', 'nature', 'bass reed'],
  ['food', 'money', 'stock mint'],
  ['food', 'nature', 'fish chestnut'],
  ['money', 'nature', 'bank branch'],
]
const LEADS = ['we spoke', 'I read', 'they wrote', 'she sang']
/** A lead, three pairs and a negated one: "we spoke about the … and the … , then about … , then about … , but not about … ." */
const LONGEST = 34

interface Text {
  readonly text: string
  readonly topics: readonly Topic[]
}

const pick = <T>(random: RandomStream, items: readonly T[]): T => items[random.integer(items.length)]!

/** Two nouns with this topic in common only, in any order. */
function drawPair(random: RandomStream, topic: Topic): string {
  const [one, other] = random.shuffle(nouns.filter(([a, b]) => a === topic || b === topic))
  return `the ${pick(random, one![2].split(' '))} and the ${pick(random, other![2].split(' '))}`
}

function drawText(random: RandomStream): Text {
  const order = random.shuffle([...TOPICS])
  const topics = order.slice(0, 1 + random.integer(3))
  const pairs = topics.map((topic) => drawPair(random, topic))
  const told = `about ${pairs.join(' , then about ')}`
  const lead = pick(random, LEADS)
  const refused = `not about ${drawPair(random, order.at(-1)!)}`
  const text = pick(random, [`${told} .`, `${told} , but ${refused} .`, `${refused} , but ${told} .`])
  return { text: `${lead} ${text}`, topics }
}

const WORDS = [
  ...new Set([
    ...nouns.flatMap(([, , words]) => words.split(' ')),
    ...LEADS.flatMap((lead) => lead.split(' ')),
    ...'about the and then but not , .'.split(' '),
  ]),
].sort()

export const topics = defineTask({
  kind: 'topics',
  params: z.strictObject({}),
  data: 'none',
  create() {
    const vocabulary = [PADDING, ...WORDS]
    const idOfWord = new Map(vocabulary.map((word, id) => [word, id]))
    const idsOf = ({ text }: Text): number[] => text.split(' ').map((word) => idOfWord.get(word)!)
    return drawnTask({
      kind: 'topics',
      spec: specOf({
        aim: 'labels',
        length: LONGEST,
        padded: true,
        tokeniser: lexicon(vocabulary, 1, 'implied'),
        classes: [...TOPICS],
      }),
      draw: drawText,
      content: idsOf,
      sample: (drawn) => ({
        tokens: idsOf(drawn),
        targets: TOPICS.map((topic) => Number(drawn.topics.includes(topic))),
      }),
    })
  },
})
