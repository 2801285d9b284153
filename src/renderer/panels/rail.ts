/** Marks that lie too close to each other on the rail are one: each is large enough to be hit. */
import type { Mark, MarkKind } from '../stores/marks'

/** CSS pixels. */
export const markSize = 24

export interface Cluster {
  /** Where it stands. */
  readonly step: number
  /** In order of their steps. */
  readonly marks: readonly Mark[]
  /** The kind whose sign it has. */
  readonly kind: MarkKind
  /** Things that happened there: each head that formed counts. */
  readonly count: number
}

/** The most important first. */
const order: readonly MarkKind[] = ['failed', 'spike', 'formed', 'rate', 'best', 'forked']

/** `marks` are in order of their steps; a rail of `width` CSS pixels has `steps` of them. */
export function clustersOf(marks: readonly Mark[], steps: number, width: number): readonly Cluster[] {
  const groups: Mark[][] = []
  for (const mark of marks) {
    const current = groups.at(-1)
    const isNear = current && ((mark.step - current[0]!.step) * width) / Math.max(1, steps) < markSize
    if (isNear) current.push(mark)
    else groups.push([mark])
  }
  return groups.map((group) => ({
    step: group[0]!.step,
    marks: group,
    kind: order.find((kind) => group.some((mark) => mark.kind === kind))!,
    count: group.reduce((sum, mark) => sum + (mark.kind === 'formed' ? mark.heads.length : 1), 0),
  }))
}

/** The step to go to when a cluster is chosen: its first, and from there to each of its others in turn. */
export function stepFrom({ marks }: Cluster, shown: number): number {
  const steps = marks.map(({ step }) => step)
  return (steps.includes(shown) ? steps.find((step) => step > shown) : undefined) ?? steps[0]!
}
