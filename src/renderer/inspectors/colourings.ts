/** What the colours of a map of vectors say: class, frequency or kind of tokens, or the position. */
import type { TokenUses } from '@core/embeddings/token-uses'
import { tokenKinds, type TokenKind } from '@core/embeddings/token-kinds'
import { cividis, colourAt } from '../charts/colourMaps'
import { shapes, type PointLook } from '../charts/pointMap'
import type { Theme } from '../charts/theme'

export interface Colouring {
  readonly value: string
  readonly label: string
  /** Index into `looks` for each vector. */
  readonly kinds: Uint8Array
  readonly looks: readonly PointLook[]
  /** Of each look, for the legend; empty for none. */
  readonly names: readonly string[]
  /** Vectors in the order in which they get labels. */
  readonly priority: readonly number[]
  /** What is said of a vector, and what a file says of it. */
  readonly noteOf: (index: number) => string
  readonly cellOf: (index: number) => string | number
}

/** Told apart with every kind of colour vision (families.test.ts); further ones repeat the colours with other shapes. */
const tokens = ['accent', 'attention', 'norm', 'input', 'position', 'feed-forward', 'shape', 'recurrent'] as const
const lookOf = (index: number, { colours }: Theme): PointLook => ({
  colour: colours[tokens[index % tokens.length]!],
  shape: shapes[Math.floor(index / tokens.length) % shapes.length]!,
})
/** For what has no class or does not occur. */
const grey = ({ colours }: Theme): PointLook => ({ colour: colours['line-strong'], shape: 'circle', isQuiet: true })
/** Classes with a look of their own. */
const mostLooks = tokens.length * shapes.length

/** Frequent ones first. */
const byCount = (counts: ArrayLike<number>, count: number): readonly number[] =>
  Array.from({ length: count }, (_, id) => id).sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)

export interface ClassTexts {
  readonly label: string
  readonly none: string
  readonly others: string
  readonly note: (name: string, share: number) => string
}

/** Null if the task has no class for tokens. */
export function byClass(
  { counts, classes }: TokenUses,
  names: readonly string[],
  texts: ClassTexts,
  theme: Theme,
): Colouring | null {
  if (!classes) return null
  const { most, shares } = classes
  const used = [...new Set(most)].filter((each) => each >= 0).sort((a, b) => a - b)
  const own = used.slice(0, mostLooks)
  const hasOthers = used.length > own.length
  const kindOf = (id: number): number => {
    const place = own.indexOf(most[id]!)
    return place >= 0 ? place : most[id]! >= 0 ? own.length + 1 : own.length
  }
  return {
    ...{ value: 'class', label: texts.label },
    kinds: Uint8Array.from(most, (_, id) => kindOf(id)),
    looks: [...own.map((_, index) => lookOf(index, theme)), grey(theme), { ...grey(theme), shape: 'square' }],
    names: [...own.map((id) => names[id] ?? String(id)), most.includes(-1) ? texts.none : '', hasOthers ? texts.others : ''],
    priority: byCount(counts, counts.length),
    noteOf: (id) => (most[id]! < 0 ? texts.none : texts.note(names[most[id]!] ?? String(most[id]), shares[id]!)),
    cellOf: (id) => (most[id]! < 0 ? '' : (names[most[id]!] ?? most[id]!)),
  }
}

/**
 * Whether the classes of tokens say much of them: how often a token has its usual class, beyond how often the most frequent class occurs at all.
 */
export function classesMatter({ counts, classes }: TokenUses): boolean {
  if (!classes) return false
  const { most, shares } = classes
  let [total, usual] = [0, 0]
  const byClasses = new Map<number, number>()
  counts.forEach((count, id) => {
    if (most[id]! < 0) return
    total += count
    usual += count * shares[id]!
    byClasses.set(most[id]!, (byClasses.get(most[id]!) ?? 0) + count)
  })
  const largest = Math.max(0, ...byClasses.values())
  return byClasses.size > 1 && usual - largest > 0.15 * total
}

const steps = 8

/** A scale of 8 colours that stand out from the ground. */
function scale(theme: Theme): readonly PointLook[] {
  const isDark = theme.colours.panel < '#8'
  const [from, to] = isDark ? [70, 255] : [0, 190]
  return Array.from({ length: steps }, (_, step) => {
    const [red, green, blue] = colourAt(cividis, Math.round(from + ((to - from) * step) / (steps - 1)))
    return { colour: `rgb(${red} ${green} ${blue})`, shape: 'circle' as const }
  })
}

export interface CountTexts {
  readonly label: string
  readonly none: string
  readonly format: (count: number) => string
  readonly note: (count: number) => string
}

/** Logarithmic, as word frequencies are (Zipf 1949). */
export function byFrequency({ counts }: TokenUses, { label, none, format, note }: CountTexts, theme: Theme): Colouring {
  const largest = counts.reduce((most, count) => Math.max(most, count), 1)
  const kindOf = (count: number): number =>
    count === 0 ? steps : Math.min(steps - 1, Math.floor((steps * Math.log(count)) / Math.log(largest + 1)))
  const lowest = (kind: number): number => Math.ceil((largest + 1) ** (kind / steps) - 1e-9)
  return {
    ...{ value: 'frequency', label },
    kinds: Uint8Array.from(counts, kindOf),
    looks: [...scale(theme), grey(theme)],
    names: [
      ...Array.from({ length: steps }, (_, kind) =>
        counts.some((count) => count > 0 && kindOf(count) === kind) ? `≥ ${format(lowest(kind))}` : '',
      ),
      counts.includes(0) ? none : '',
    ],
    priority: byCount(counts, counts.length),
    noteOf: (id) => note(counts[id] ?? 0),
    cellOf: (id) => counts[id] ?? 0,
  }
}

export function byKind(
  kinds: readonly TokenKind[],
  counts: ArrayLike<number>,
  label: string,
  nameOf: (kind: TokenKind) => string,
  theme: Theme,
): Colouring {
  return {
    ...{ value: 'kind', label },
    kinds: Uint8Array.from(kinds, (kind) => tokenKinds.indexOf(kind)),
    looks: tokenKinds.map((_, index) => lookOf(index, theme)),
    names: tokenKinds.map((kind) => (kinds.includes(kind) ? nameOf(kind) : '')),
    priority: byCount(counts, kinds.length),
    noteOf: (id) => nameOf(kinds[id]!),
    cellOf: (id) => kinds[id]!,
  }
}

export function byPosition(count: number, label: string, theme: Theme): Colouring {
  const kindOf = (index: number): number => Math.min(steps - 1, Math.floor((steps * index) / Math.max(1, count)))
  return {
    ...{ value: 'position', label },
    kinds: Uint8Array.from({ length: count }, (_, index) => kindOf(index)),
    looks: scale(theme),
    names: Array.from({ length: steps }, (_, kind) => {
      const first = Math.ceil((kind * count) / steps)
      return kindOf(first) === kind && first < count ? `≥ ${first}` : ''
    }),
    priority: Array.from({ length: count }, (_, index) => index),
    noteOf: () => '',
    cellOf: (index) => index,
  }
}
