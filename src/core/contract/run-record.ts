/** Schemas of what is recorded of a run: on the disk of a host, and in the reports of a page that trains. */
import { z } from 'zod'
import { fromProblem, toProblem, type Problem } from '../errors'
import { currentNames } from '../metrics/names'
import { fork, runStates } from './runs'

const names = z.array(z.string())
const shape = z.array(z.number())
const transplant = z.object({
  matched: names,
  misfits: z.array(z.object({ name: z.string(), reason: z.enum(['shape', 'type']), own: shape, given: shape })),
  missing: names,
  unused: names,
  merged: names.optional(),
})
const coded = z.looseObject({ code: z.string() })
const problem = z
  .custom<Problem>((stored) => coded.safeParse(stored).success, 'an error code')
  .transform((stored) => toProblem(fromProblem(stored)))
export const recordedMetrics = z.record(z.string(), z.number()).transform(currentNames)
export const recordedStatus = z.object({
  run: z.string(),
  state: z.enum(runStates),
  place: z.literal('page').optional(),
  step: z.number(),
  steps: z.number(),
  engine: z.string(),
  device: z.string().optional(),
  learningRate: z.number(),
  parameters: z.number(),
  checkpoint: z.number().nullable(),
  problem: problem.nullable(),
  notice: problem.optional(),
  baseline: z.record(z.string(), z.number()).optional(),
  forkedFrom: fork.optional(),
  transplant: transplant.optional(),
})
const classScores = { precision: z.number(), recall: z.number(), f1: z.number() }
const namedClass = z.object({ name: z.string(), support: z.number(), ...classScores, baseline: z.object(classScores) })
export const recordedSummary = z.object({
  steps: z.number(),
  loss: z.number(),
  evaluation: recordedMetrics,
  parameters: z.number(),
  engine: z.string(),
  endedEarly: z.boolean().default(false),
  msPerStep: z.number(),
  stateHash: z.string(),
  classes: z.array(namedClass).optional(),
  best: z.object({ step: z.number(), loss: z.number() }).optional(),
})
