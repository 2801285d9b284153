/**
 * What a lesson can wait for: conditions on the lab, its run and what is looked at. For each kind, whether it holds and the deeds that make
 * it hold: "do it for me" follows from the condition itself.
 */
import { dequal } from 'dequal/lite'
import { z } from 'zod'
import type { Edit } from '../graph/edit'
import type { LabDocument } from '../lab/document'

const name = z.string().max(64)

const schemas = {
  /** A setting of a block. */
  param: z.strictObject({ is: z.literal('param'), node: name, param: name, value: z.unknown() }),
  /** A wire from an output to an input, such as `position.y` and `attention.x`. */
  wired: z.strictObject({ is: z.literal('wired'), from: z.string().max(129), to: z.string().max(129) }),
  /** At least so many blocks of a kind. The edits that add one are the lesson's. */
  blocks: z.strictObject({ is: z.literal('blocks'), kind: name, atLeast: z.number().int().min(1).default(1) }),
  training: z.strictObject({ is: z.literal('training'), setting: name, value: z.unknown() }),
  /** A run of this lab has taken so many steps. */
  step: z.strictObject({ is: z.literal('step'), atLeast: z.number().int().min(1) }),
  /** A run of this lab has evaluated to at least this. */
  metric: z.strictObject({ is: z.literal('metric'), metric: name, atLeast: z.number() }),
  /** A gate is muted: one part of it, such as a head, or all of it. */
  muted: z.strictObject({
    is: z.literal('muted'),
    gate: z.string().max(129),
    index: z.number().int().nonnegative().optional(),
  }),
  selected: z.strictObject({ is: z.literal('selected'), node: name }),
}
export type ConditionKind = keyof typeof schemas
export const conditionSchema = z.discriminatedUnion('is', [
  schemas.param,
  schemas.wired,
  schemas.blocks,
  schemas.training,
  schemas.step,
  schemas.metric,
  schemas.muted,
  schemas.selected,
])
export type Condition = z.output<typeof conditionSchema>
type Of<K extends ConditionKind> = Extract<Condition, { is: K }>

/** What conditions are about. */
export interface Situation {
  readonly lab: LabDocument
  /** Of the run of this very lab: null where it has none. */
  readonly run: { readonly step: number; readonly metrics: Readonly<Record<string, number>> } | null
  /** Multipliers by gate: 0 mutes. */
  readonly mutes: Readonly<Record<string, readonly number[]>>
  readonly selected: readonly string[]
}

/** Something that the page does instead of the learner. */
export type Deed =
  | { readonly do: 'edit'; readonly edit: Edit }
  /** Trains the lab, from the first step or on, until the condition holds. */
  | { readonly do: 'train' }
  | { readonly do: 'mute'; readonly gate: string; readonly index: number | undefined }
  | { readonly do: 'select'; readonly node: string }

interface Kind<K extends ConditionKind> {
  readonly holds: (condition: Of<K>, situation: Situation) => boolean
  readonly fulfil: (condition: Of<K>) => readonly Deed[]
  readonly block?: (condition: Of<K>) => string
}

const kinds: { readonly [K in ConditionKind]: Kind<K> } = {
  param: {
    holds: ({ node, param, value }, { lab }) => dequal(nodeOf(lab, node)?.params[param], value),
    fulfil: ({ node, param, value }) => [{ do: 'edit', edit: { type: 'setParam', node, param, value } }],
    block: ({ node }) => node,
  },
  wired: {
    holds: ({ from, to }, { lab }) => lab.graph.edges.some((edge) => dequal(edge, { from: portOf(from), to: portOf(to) })),
    fulfil: ({ from, to }) => [{ do: 'edit', edit: { type: 'connect', from: portOf(from), to: portOf(to) } }],
    block: ({ from }) => portOf(from).node,
  },
  blocks: {
    holds: ({ kind, atLeast }, { lab }) => lab.graph.nodes.filter((node) => node.kind === kind).length >= atLeast,
    fulfil: () => [],
  },
  training: {
    holds: ({ setting, value }, { lab }) => dequal((lab.training as Readonly<Record<string, unknown>>)[setting], value),
    fulfil: ({ setting, value }) => [{ do: 'edit', edit: { type: 'setTraining', training: { [setting]: value } } }],
  },
  step: {
    holds: ({ atLeast }, { run }) => run !== null && run.step >= atLeast,
    fulfil: () => [{ do: 'train' }],
  },
  metric: {
    holds: ({ metric, atLeast }, { run }) => (run?.metrics[metric] ?? NaN) >= Math.fround(atLeast), // as series keep float32
    fulfil: () => [{ do: 'train' }],
  },
  muted: {
    holds: ({ gate, index }, { mutes }) => {
      const multipliers = mutes[gate]
      if (!multipliers) return false
      return index === undefined ? multipliers.every((each) => each === 0) : multipliers[index] === 0
    },
    fulfil: ({ gate, index }) => [{ do: 'mute', gate, index }],
    block: ({ gate }) => gate.split('/')[0]!,
  },
  selected: {
    holds: ({ node }, { selected }) => selected.includes(node),
    fulfil: ({ node }) => [{ do: 'select', node }],
    block: ({ node }) => node,
  },
}

const kindOf = (condition: Condition): Kind<ConditionKind> => kinds[condition.is] as Kind<ConditionKind>
const nodeOf = ({ graph }: LabDocument, id: string) => graph.nodes.find((node) => node.id === id)

/** `block.port` */
function portOf(text: string): { node: string; port: string } {
  const dot = text.lastIndexOf('.')
  return { node: text.slice(0, dot), port: text.slice(dot + 1) }
}

export const holds = (condition: Condition, situation: Situation): boolean => kindOf(condition).holds(condition, situation)

/** The block it is about; null where it is about none, or not about one in particular. */
export const blockOf = (condition: Condition): string | null => kindOf(condition).block?.(condition) ?? null

/** The deeds that fulfil it; empty where the lesson itself must say which edits do. */
export const fulfil = (condition: Condition): readonly Deed[] => kindOf(condition).fulfil(condition)
