/** For tests: a treebank of invented words with realistic statistics, in which about a fifth of the validation words are new. */
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
/** Vocabulary sizes of the open word classes. */
const open: Readonly<Record<string, number>> = { NOUN: 1500, VERB: 800, ADJ: 700, ADV: 250, PROPN: 1200 }

/** Zipf's law with exponent 1: the probability of rank r is proportional to 1/r. */
const ranked = (random: RandomStream, count: number): number => Math.floor(count ** random.float())

function wordOf(random: RandomStream, tag: string): string {
  const words = closed[tag]
  if (words) return words[random.integer(words.length)]!
  const rank = ranked(random, open[tag]!)
  // Some frequent words belong to two classes, like “walk”.
  if ((tag === 'NOUN' || tag === 'VERB') && rank % 7 === 0) return `both${rank}`
  return `${tag.toLowerCase()}${rank}`
}

/** Two columns: word and tag. */
export function treebank(sentences: number, seed = 1): string {
  const random = stream(seed, 'treebank')
  const sentence = (): string =>
    patterns[random.integer(patterns.length)]!.map((tag) => `${wordOf(random, tag)}\t${tag}`).join('\n')
  return Array.from({ length: sentences }, sentence).join('\n\n')
}
