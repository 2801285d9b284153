/** For tests: a treebank of invented words with the statistics of a real one, in which about a fifth of the validation words are new. */
import { stream, type RandomStream } from '../../random/stream'

const patterns = [
  'DET NOUN VERB DET ADJ NOUN PUNCT',
  'PRON VERB ADV PUNCT',
  'DET ADJ NOUN VERB ADP DET NOUN PUNCT',
  'PROPN VERB DET NOUN ADP PROPN PUNCT',
  'PRON AUX ADV VERB DET NOUN CCONJ DET NOUN PUNCT',
  'ADJ NOUN VERB ADP PROPN PUNCT',
  'DET NOUN AUX ADJ PUNCT',
].map((pattern) => pattern.split(' '))
const closed: Readonly<Record<string, readonly string[]>> = {
  ...{ DET: ['the', 'a', 'this'], PRON: ['she', 'he', 'they', 'it'], AUX: ['is', 'was', 'has'], CCONJ: ['and', 'or'] },
  ...{ ADP: ['in', 'on', 'with', 'under'], PUNCT: ['.'] },
}
/** How many words there are of the classes to which new ones are added. */
const open: Readonly<Record<string, number>> = { NOUN: 1500, VERB: 800, ADJ: 700, ADV: 250, PROPN: 1200 }

/** By Zipf's law with exponent 1: rank r is drawn about as often as 1/r. */
const ranked = (random: RandomStream, count: number): number => Math.floor(count ** random.float())

function wordOf(random: RandomStream, tag: string): string {
  const words = closed[tag]
  if (words) return words[random.integer(words.length)]!
  const rank = ranked(random, open[tag]!)
  // Some frequent words are of two classes, as in “walk”.
  if ((tag === 'NOUN' || tag === 'VERB') && rank % 7 === 0) return `both${rank}`
  return `${tag.toLowerCase()}${rank}`
}

/** In two columns, word and tag. */
export function treebank(sentences: number, seed = 1): string {
  const random = stream(seed, 'treebank')
  const sentence = (): string =>
    patterns[random.integer(patterns.length)]!.map((tag) => `${wordOf(random, tag)}\t${tag}`).join('\n')
  return Array.from({ length: sentences }, sentence).join('\n\n')
}
