/** Draws sentences from the grammar. */
import type { RandomStream } from '../../random/stream'
import { inflected, invariable, rules, variables } from './grammar'

/** Longer sentences are drawn again: twelve words and the mark at the end. */
export const MAXIMUM_TOKENS = 13

export interface TaggedWord {
  readonly word: string
  readonly tag: string
}

interface Alternative {
  readonly symbols: readonly string[]
  readonly weight: number
}
interface Rule {
  readonly alternatives: readonly Alternative[]
  readonly totalWeight: number
}

/** All the values of the variables in a text, put in: `{c}.sg` gives one text per class. */
function instantiate(text: string): { text: string; substitute: (other: string) => string }[] {
  const name = /\{(\w)\}/.exec(text)?.[1]
  if (name === undefined) return [{ text, substitute: (other) => other }]
  return variables[name]!.flatMap((value) => {
    const put = (other: string): string => other.replaceAll(`{${name}}`, value)
    return instantiate(put(text)).map((inner) => ({ text: inner.text, substitute: (other) => inner.substitute(put(other)) }))
  })
}

/** `3* SYMBOL word/TAG` → one alternative per value of its variables, which share its weight. */
function parseAlternative(text: string): Alternative[] {
  const [, weight, symbols] = /^(?:(\d+)\* )?(.*)$/.exec(text)!
  const instances = instantiate(symbols!)
  return instances.map((instance) => ({ symbols: instance.text.split(' '), weight: Number(weight ?? 1) / instances.length }))
}

function rule(alternatives: readonly Alternative[]): Rule {
  return { alternatives, totalWeight: alternatives.reduce((sum, { weight }) => sum + weight, 0) }
}

function readGrammar(): Map<string, Rule> {
  const grammar = new Map<string, Rule>()
  const addWords = (name: string, tag: string, words: readonly string[]): void => {
    grammar.set(name, rule(words.map((word) => ({ symbols: [`${word}/${tag}`], weight: 1 }))))
  }
  for (const [name, text] of Object.entries(invariable)) {
    const [tag, words] = text.split(': ') as [string, string]
    addWords(name, tag, words.split(' '))
  }
  for (const [name, text] of Object.entries(inflected)) {
    const [tag, words] = text.split(': ') as [string, string]
    const forms = words.split(' ').map((pair) => pair.split('/') as [string, string])
    addWords(
      `${name}.sg`,
      tag,
      forms.map(([singular]) => singular),
    )
    addWords(
      `${name}.pl`,
      tag,
      forms.map(([, plural]) => plural),
    )
  }
  for (const [key, texts] of Object.entries(rules)) {
    for (const { text: name, substitute } of instantiate(key)) {
      grammar.set(name, rule(texts.flatMap((text) => parseAlternative(substitute(text)))))
    }
  }
  return grammar
}

const grammar = readGrammar()

/** Every word and tag the grammar can produce, sorted. */
export function grammarSymbols(): { words: string[]; tags: string[] } {
  const words = new Set<string>(['an'])
  const tags = new Set<string>()
  for (const { alternatives } of grammar.values()) {
    for (const symbol of alternatives.flatMap(({ symbols }) => symbols)) {
      const [word, tag] = symbol.split('/') as [string, string | undefined]
      if (tag === undefined) {
        if (!grammar.has(word)) throw new Error(`The grammar names ${word}, which is neither a rule nor a word list`)
        continue
      }
      words.add(word)
      tags.add(tag)
    }
  }
  return { words: [...words].sort(), tags: [...tags].sort() }
}

function expand(symbol: string, random: RandomStream, out: TaggedWord[]): void {
  const found = grammar.get(symbol)
  if (!found) {
    const [word, tag] = symbol.split('/') as [string, string]
    out.push({ word, tag })
    return
  }
  let remaining = random.float() * found.totalWeight
  let chosen = found.alternatives[0]!
  for (chosen of found.alternatives) {
    remaining -= chosen.weight
    if (remaining < 0) break
  }
  for (const each of chosen.symbols) expand(each, random, out)
}

/** "a" before a vowel is "an". */
function article({ word, tag }: TaggedWord, next: TaggedWord | undefined): TaggedWord {
  return word === 'a' && next && /^[aeiou]/.test(next.word) ? { word: 'an', tag } : { word, tag }
}

/** One sentence of at most {@link MAXIMUM_TOKENS} tokens, the last of them its mark. */
export function drawSentence(random: RandomStream): TaggedWord[] {
  for (;;) {
    const sentence: TaggedWord[] = []
    expand('SENTENCE', random, sentence)
    if (sentence.length <= MAXIMUM_TOKENS) return sentence.map((word, index) => article(word, sentence[index + 1]))
  }
}
