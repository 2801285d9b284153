/** Groups the built-in labs by the first question each is about; whole models come first. */
import type { BuiltInLab } from '../stores/workspace'

/** Section names, each with the last question it covers. */
const sections = [
  ['models', 0],
  ['attention', 4],
  ['weights', 8],
  ['heads', 13],
  ['training', 16],
  ['sequences', 18],
  ['norms', 20],
] as const

export interface Section {
  readonly name: (typeof sections)[number][0]
  readonly labs: readonly BuiltInLab[]
}

/** Omits empty sections. A lab without a question counts as a whole model. */
export function sectionsOf(labs: readonly BuiltInLab[]): readonly Section[] {
  const first = ({ document }: BuiltInLab): number => document.questions?.[0] ?? 0
  const sorted = labs.toSorted((a, b) => first(a) - first(b))
  return sections
    .map(([name, last], index) => {
      const before = sections[index - 1]?.[1] ?? -1
      return { name, labs: sorted.filter((lab) => first(lab) > before && first(lab) <= last) }
    })
    .filter((section) => section.labs.length > 0)
}
