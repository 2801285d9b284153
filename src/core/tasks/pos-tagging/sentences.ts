/** Draws sentences from a grammar. */
import type { RandomStream } from '../../random/stream'
import type { Grammar } from './grammar'

/** Longer sentences are redrawn: twelve words and the final mark. */
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

export interface Sentences {
  /** All possible words and tags, sorted. */
  readonly words: readonly string[]
  readonly tags: readonly string[]
  /** Draws a sentence of at most {@link MAXIMUM_TOKENS} tokens, the last of them its mark. */
  readonly draw: (random: RandomStream) => TaggedWord[]
}

type Variables = Grammar['variables']

/** Substitutes all values of the variables in a text: `{c}.sg` gives one text per class. */
function instantiate(text: string, variables: Variables): { text: string; substitute: (other: string) => string }[] {
  const name = /\{(\w)\}/.exec(text)?.[1]
  if (name === undefined) return [{ text, substitute: (other) => other }]
  return variables[name]!.flatMap((value) => {
    const put = (other: string): string => other.replaceAll(`{${name}}`, value)
    return instantiate(put(text), variables).map((inner) => ({
      text: inner.text,
      substitute: (other) => inner.substitute(put(other)),
    }))
  })
}

/** `3* SYMBOL word/TAG` → one alternative per variable value, which share its weight. */
function parseAlternative(text: string, variables: Variables): Alternative[] {
  const [, weight, symbols] = /^(?:(\d+)\* )?(.*)$/.exec(text)!
  const instances = instantiate(symbols!, variables)
  return instances.map((instance) => ({ symbols: instance.text.split(' '), weight: Number(weight ?? 1) / instances.length }))
}

function rule(alternatives: readonly Alternative[]): Rule {
  return { alternatives, totalWeight: alternatives.reduce((sum, { weight }) => sum + weight, 0) }
}

function readRules({ variables, invariable, inflected, rules }: Grammar): Map<string, Rule> {
  const read = new Map<string, Rule>()
  const addWords = (name: string, tag: string, words: readonly string[]): void => {
    read.set(name, rule(words.map((word) => ({ symbols: [`${word}/${tag}`], weight: 1 }))))
  }
  for (const [name, text] of Object.entries(invariable)) {
    const [tag, words] = text.split(': ') as [string, string]
    addWords(name, tag, words.split(' '))
  }
  for (const [name, text] of Object.entries(inflected)) {
    const [tag, words] = text.split(': ') as [string, string]
    const forms = words.split(' ').map((pair) => pair.split('/'))
    addWords(
      `${name}.sg`,
      tag,
      forms.map(([singular]) => singular!),
    )
    addWords(
      `${name}.pl`,
      tag,
      forms.map(([, plural]) => plural!),
    )
  }
  for (const [key, texts] of Object.entries(rules)) {
    for (const { text: name, substitute } of instantiate(key, variables)) {
      read.set(name, rule(texts.flatMap((text) => parseAlternative(substitute(text), variables))))
    }
  }
  return read
}

/** Throws if a rule refers to an unknown rule or word list, which is a bug in the grammar. */
function symbolsOf(rules: ReadonlyMap<string, Rule>, elided: readonly string[]): { words: string[]; tags: string[] } {
  const words = new Set<string>(elided)
  const tags = new Set<string>()
  for (const { alternatives } of rules.values()) {
    for (const symbol of alternatives.flatMap(({ symbols }) => symbols)) {
      const [word, tag] = symbol.split('/') as [string, string | undefined]
      if (tag === undefined) {
        if (!rules.has(word)) throw new Error(`The grammar names ${word}, which is neither a rule nor a word list`)
        continue
      }
      words.add(word)
      tags.add(tag)
    }
  }
  return { words: [...words].sort(), tags: [...tags].sort() }
}

function expand(symbol: string, rules: ReadonlyMap<string, Rule>, random: RandomStream, out: TaggedWord[]): void {
  const found = rules.get(symbol)
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
  for (const each of chosen.symbols) expand(each, rules, random, out)
}

/** Starts from the rule SENTENCE; sentences that are too long are redrawn. */
export function readGrammar(grammar: Grammar): Sentences {
  const rules = readRules(grammar)
  const { elision } = grammar
  return {
    ...symbolsOf(rules, elision?.forms ?? []),
    draw(random) {
      for (;;) {
        const sentence: TaggedWord[] = []
        expand('SENTENCE', rules, random, sentence)
        if (sentence.length > MAXIMUM_TOKENS) continue
        if (!elision) return sentence
        return sentence.map(({ word, tag }, index) => ({ word: elision.write(word, sentence[index + 1]?.word ?? ''), tag }))
      }
    },
  }
}
