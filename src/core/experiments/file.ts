/** The file format of user-defined experiments: variations of a lab, measures, and claims. */
import { z } from 'zod'
import { LabError } from '../errors'
import { labDocument, localText } from '../lab/document'
import { requireLabSize } from '../lab/read'
import { experiments } from './index'
import { measureName } from './measures'
import type { Experiment } from './types'

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
const term = z.union([
  z.number(),
  z.strictObject({ measure: measureName, of: id, at: z.number().int().optional(), times: z.number().optional() }),
])
const rule = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('above'), left: term, right: term, by: z.number().optional() }),
  z.strictObject({ is: z.literal('near'), left: term, right: term, within: z.number().nonnegative() }),
])
export const mostVariations = 24
export const mostMeasures = 12
export const mostSteps = 1_000_000
const steps = z.number().int().min(0).max(mostSteps)

export const experimentFile = z
  .strictObject({
    format: z.literal('attention-lab-experiment'),
    version: z.literal(1),
    title: localText,
    summary: localText.default(''),
    variations: z
      .array(z.strictObject({ id, title: localText, lab: labDocument, steps, quickSteps: steps }))
      .min(1)
      .max(mostVariations),
    measures: z.array(measureName).min(1).max(mostMeasures),
    claims: z.array(z.strictObject({ id, text: localText, rules: z.array(rule).min(1).max(24) })).max(12),
  })
  .superRefine(({ variations, measures, claims }, context) => {
    const known = new Set(variations.map((variation) => variation.id))
    if (known.size < variations.length)
      context.addIssue({ code: 'custom', path: ['variations'], message: 'an id occurs twice' })
    claims.forEach(({ rules }, claim) =>
      rules.forEach(({ left, right }, index) => {
        for (const each of [left, right]) {
          if (typeof each === 'number' || (known.has(each.of) && measures.includes(each.measure))) continue
          const message = `${each.measure} of “${each.of}” is not measured`
          context.addIssue({ code: 'custom', path: ['claims', claim, 'rules', index], message })
        }
      }),
    )
  })
export type ExperimentFile = z.output<typeof experimentFile>

/** Throws LabError `experiment.invalid` with the path. */
export function readExperiment(json: unknown): ExperimentFile {
  const parsed = experimentFile.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new LabError('experiment.invalid', { place: issue?.path.join('.') || '–', detail: issue?.message ?? '' })
}

/** Reads a file; `place` is its name. Throws LabError: `experiment.invalid`, or `lab.too-large`, as it consists of labs. */
export function parseExperiment(text: string, place: string): ExperimentFile {
  requireLabSize(text.length)
  try {
    return readExperiment(JSON.parse(text))
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError('experiment.invalid', { place, detail: error instanceof Error ? error.message : String(error) })
  }
}

/** One of the twenty experiments by id, or a user-defined one. */
export const experimentSource = z.union([id, experimentFile])
export type ExperimentSource = z.output<typeof experimentSource>

const keys = new WeakMap<ExperimentFile, string>()
/** Equal for the same experiment. */
export function keyOf(source: ExperimentSource): string {
  if (typeof source === 'string') return source
  const key = keys.get(source) ?? JSON.stringify(source)
  keys.set(source, key)
  return key
}

export const experimentIds = (): string => experiments.map((each) => each.id).join(', ')

/** Throws LabError `experiment.unknown`. */
export function experimentOf(source: ExperimentSource): Experiment {
  if (typeof source !== 'string') return ownExperiment(source)
  const found = experiments.find((each) => each.id === source)
  if (!found) throw new LabError('experiment.unknown', { id: source, known: experimentIds() })
  return found
}

function ownExperiment({ title, summary, variations, measures, claims }: ExperimentFile): Experiment {
  const texts = {
    title,
    summary,
    variations: Object.fromEntries(variations.map((variation) => [variation.id, variation.title])),
    claims: Object.fromEntries(claims.map((claim) => [claim.id, claim.text])),
  }
  return { id: 'own', questions: [], variations, measures, claims, texts }
}
