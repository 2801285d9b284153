/** The lab document: saved, shared and trained. Versioned JSON; older versions are migrated on reading. */
import { z } from 'zod'
import { migrateNode } from '../blocks'
import { bounded, type Bounds } from '../bounded'
import { params } from '../params'
import { optimiser } from '../program/optimisers/settings'
import { initialiserSchema } from '../random/initialisers'
import { taskRef } from '../tasks/ref'
import { goal } from './goal'
import { schedule } from './schedule'
import { teacherForcing } from './teacher-forcing'

/** A text for all languages, or one per language. */
export const localText = z.union([z.string().max(2000), z.object({ en: z.string().max(2000), zh: z.string().max(2000) })])
export type LocalText = z.infer<typeof localText>
export const textIn = (text: LocalText, language: 'en' | 'zh'): string => (typeof text === 'string' ? text : text[language])

/** Limit on a block's name, in characters. */
export const longestName = 64

const identifier = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)
export const graphNode = z
  .object({
    id: identifier,
    kind: z.string().max(64),
    params,
    position: z.object({ x: z.number(), y: z.number() }),
    /** The learner's name for it; without one, its kind is shown. */
    name: z.string().max(longestName).optional(),
    /** Whether all weights of this node are frozen. */
    frozen: z.boolean().optional(),
    /** Settings of single weights, by their local name. */
    weights: z
      .record(z.string().max(64), z.object({ frozen: z.boolean().optional(), initialiser: initialiserSchema.optional() }))
      .optional(),
  })
  .transform(migrateNode)
export type GraphNode = z.infer<typeof graphNode>

const portRef = z.object({ node: identifier, port: z.string().max(64) })
export type PortRef = z.infer<typeof portRef>

export const graphEdge = z.object({ from: portRef, to: portRef })
export type GraphEdge = z.infer<typeof graphEdge>

const portName = z.string().min(1).max(64)
const wiring = { nodes: z.array(graphNode).max(2000), edges: z.array(graphEdge).max(8000) }

/** A user-defined block: a graph with some ports and settings exposed. A node of kind `group` is one use of it. */
export const groupDefinition = z.object({
  title: localText,
  ...wiring,
  /** Inner targets of each input port. */
  inputs: z.array(z.object({ name: portName, to: z.array(portRef).min(1) })),
  outputs: z.array(z.object({ name: portName, from: portRef })),
  /** Exposed settings, of which each use has its own value. */
  params: z.array(z.object({ name: portName, node: identifier, param: z.string().max(64) })).default([]),
})
export type GroupDefinition = z.infer<typeof groupDefinition>

export const graph = z.object({ ...wiring, groups: z.record(identifier, groupDefinition).optional() })
export type Graph = z.infer<typeof graph>

/** Limit on the shards of a batch. */
export const mostShards = 8

export const training = z.object({
  steps: z.number().int().min(1).max(10_000_000).default(2000),
  batchSize: z.number().int().min(1).max(1024).default(32),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  learningRate: z.number().positive().max(100).default(1e-3),
  schedule: schedule.default(schedule.parse({})),
  optimiser: optimiser.default({ kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }),
  /** Maximum global norm of the gradients; null for no clipping. */
  clipNorm: z.number().positive().max(1e6).nullable().default(1),
  /** Share of each target's probability that is spread over all classes (Szegedy et al. 2016). Only for classes, in training. */
  labelSmoothing: z.number().min(0).max(0.9).default(0),
  /** Gradient accumulation: number of mini-batches per step, equivalent to a larger batch without its memory. */
  accumulate: z.number().int().min(1).max(256).default(1),
  /**
   * Each batch is divided into so many shards, which several cores compute at the same time; at most one shard per sequence. Absent for 1, as in
   * documents from before there were shards; see `shardsOf`.
   */
  shards: z.number().int().min(1).max(mostShards).optional(),
  /** Steps between validations. */
  evaluateEvery: z.number().int().min(1).max(1_000_000).default(100),
  /** Early stopping: evaluations without improvement of the validation loss; null for none. */
  patience: z.number().int().min(1).max(10_000).nullable().default(null),
  /** For sequences generated from a source. */
  teacherForcing: teacherForcing.default(teacherForcing.parse({})),
})
export type Training = z.infer<typeof training>

/** Number of shards of each batch. */
export const shardsOf = ({ shards = 1 }: Pick<Training, 'shards'>): number => shards

/** The settings with another number of shards. */
export const withShards = ({ shards: _, ...training }: Training, shards: number): Training =>
  shards === 1 ? training : { ...training, shards }

/** Enough for 2,000 blocks with 8,000 wires, and few enough to check within some hundredths of a second. */
export const labBounds: Bounds = { values: 100_000, characters: 4_000_000, levels: 32 }

const wholeDocument = z.object({
  format: z.literal('attention-lab'),
  version: z.literal(1),
  title: localText,
  summary: localText.default(''),
  /** Which of the twenty questions it illustrates. */
  questions: z.array(z.number().int().min(1).max(20)).max(20).optional(),
  goal: goal.optional(),
  task: taskRef,
  graph,
  training,
})
export const labDocument = bounded(wholeDocument, labBounds)
export type LabDocument = z.infer<typeof labDocument>
