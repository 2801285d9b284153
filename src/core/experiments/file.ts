/** The file format of user-defined experiments: variations of a lab, measures, and claims. */
import { z } from 'zod'
import { LabError } from '../errors'
import { labDocument, localText } from '../lab/document'
import { measureName } from './measures'
import type { Experiment } from './types'

export const experimentName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
const term = z.union([
  z.number(),
  z.strictObject({ measure: measureName, of: experimentName, at: z.number().int().optional(), times: z.number().optional() }),
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
      .array(z.strictObject({ id: experimentName, title: localText, lab: labDocument, steps, quickSteps: steps }))
      .min(1)
      .max(mostVariations),
    measures: z.array(measureName).min(1).max(mostMeasures),
    claims: z.array(z.strictObject({ id: experimentName, text: localText, rules: z.array(rule).min(1).max(24) })).max(12),
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

/** As an experiment: its texts are its own. */
export function ownExperiment({ title, summary, variations, measures, claims }: ExperimentFile): Experiment {
  const texts = {
    title,
    summary,
    variations: Object.fromEntries(variations.map((variation) => [variation.id, variation.title])),
    claims: Object.fromEntries(claims.map((claim) => [claim.id, claim.text])),
  }
  return { id: 'own', questions: [], variations, measures, claims, texts }
}
