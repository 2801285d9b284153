/** The lab document: what is saved, shared and trained. JSON, versioned; older versions are migrated when they are read. */
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

/** A text in one language for all, or in both. */
export const localText = z.union([z.string().max(2000), z.object({ en: z.string().max(2000), zh: z.string().max(2000) })])
export type LocalText = z.infer<typeof localText>

/** Of a block, in characters. */
export const longestName = 64

const identifier = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)
export const graphNode = z
  .object({
    id: identifier,
    kind: z.string().max(64),
    params,
    position: z.object({ x: z.number(), y: z.number() }),
    /** What it was named; without it, it goes by its kind. */
    name: z.string().max(longestName).optional(),
    /** No weight of this node is trained. */
    frozen: z.boolean().optional(),
    /** What is special about single weights, by the name they have in their block. */
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

/** A block of one's own: a graph with some of its ports and settings led outside. A node of kind `group` is one use of it. */
export const groupDefinition = z.object({
  title: localText,
  ...wiring,
  /** What comes in at a port goes to all of these. */
  inputs: z.array(z.object({ name: portName, to: z.array(portRef).min(1) })),
  outputs: z.array(z.object({ name: portName, from: portRef })),
  /** Settings that each use has of its own. */
  params: z.array(z.object({ name: portName, node: identifier, param: z.string().max(64) })).default([]),
})
export type GroupDefinition = z.infer<typeof groupDefinition>

export const graph = z.object({ ...wiring, groups: z.record(identifier, groupDefinition).optional() })
export type Graph = z.infer<typeof graph>

export const training = z.object({
  steps: z.number().int().min(1).max(10_000_000).default(2000),
  batchSize: z.number().int().min(1).max(1024).default(32),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  learningRate: z.number().positive().max(100).default(1e-3),
  schedule: schedule.default(schedule.parse({})),
  optimiser: optimiser.default({ kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }),
  /** Largest global norm of the gradients; null for no clipping. */
  clipNorm: z.number().positive().max(1e6).nullable().default(1),
  /** Share of each target's probability that is spread over all classes (Szegedy et al. 2016). Acts on classes, in training only. */
  labelSmoothing: z.number().min(0).max(0.9).default(0),
  /** Batches whose gradients a step averages: as one batch so many times as large, for the memory of one. */
  accumulate: z.number().int().min(1).max(256).default(1),
  /** Steps between evaluations on the validation set. */
  evaluateEvery: z.number().int().min(1).max(1_000_000).default(100),
  /** Evaluations without a smaller validation loss after which training ends early; null for never. */
  patience: z.number().int().min(1).max(10_000).nullable().default(null),
  /** Of sequences that are written from a source. */
  teacherForcing: teacherForcing.default(teacherForcing.parse({})),
})
export type Training = z.infer<typeof training>

/** More than 2,000 blocks with 8,000 wires have, and little enough to be checked within a few hundredths of a second. */
export const labBounds: Bounds = { values: 100_000, characters: 4_000_000, levels: 32 }

const wholeDocument = z.object({
  format: z.literal('attention-lab'),
  version: z.literal(1),
  title: localText,
  summary: localText.default(''),
  /** Which of the twenty questions it is about. */
  questions: z.array(z.number().int().min(1).max(20)).max(20).optional(),
  goal: goal.optional(),
  task: taskRef,
  graph,
  training,
})
export const labDocument = bounded(wholeDocument, labBounds)
export type LabDocument = z.infer<typeof labDocument>
