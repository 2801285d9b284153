/**
 * A sweep: one lab trained with several values of some settings, each with every seed. A file that can be shared; its runs and their order follow
 * from it alone.
 */
import { z } from 'zod'
import { blockByKind } from '../blocks'
import { LabError } from '../errors'
import { measureName } from '../experiments/measures'
import { mostSeeds, type Experiment } from '../experiments/types'
import { labDocument, localText, type LabDocument } from '../lab/document'
import { requireLabSize } from '../lab/read'
import { withSetting } from '../graph/with-setting'
import { stream } from '../random/stream'

export const mostPoints = 200
/** Settings of a grid; lists and random searches can have more. */
export const mostSettings = 6
const value = z.union([z.number(), z.string(), z.boolean(), z.null()])

/** A setting of a block, or of the training if `node` is null. */
const setting = z.strictObject({ node: z.string().nullable(), setting: z.string().max(64) })
const valued = setting.extend({ values: z.array(value).min(1).max(100) })
/** Numbers between two ends, drawn evenly or by order of magnitude. */
const ranged = setting
  .extend({
    from: z.number(),
    to: z.number(),
    scale: z.enum(['linear', 'log']).default('linear'),
    whole: z.boolean().default(false),
  })
  .refine(({ from, to, scale }) => from <= to && (scale === 'linear' || from > 0), 'from at most to, and above 0 for log')

/** All combinations, rows of values, or random ones by a seed. */
const search = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('grid'), settings: z.array(valued).min(1).max(mostSettings) }),
  z.strictObject({
    kind: z.literal('list'),
    settings: z.array(setting).min(1).max(12),
    rows: z.array(z.array(value)).min(1).max(mostPoints),
  }),
  z.strictObject({
    kind: z.literal('random'),
    settings: z
      .array(z.union([valued, ranged]))
      .min(1)
      .max(12),
    count: z.number().int().min(1).max(mostPoints),
    seed: z.number().int().nonnegative(),
  }),
])

const format = 'attention-lab-sweep'
export const sweepFile = z
  .strictObject({
    format: z.literal(format),
    version: z.literal(1),
    title: localText,
    lab: labDocument,
    search,
    seeds: z.array(z.number().int().nonnegative()).min(1).max(mostSeeds),
    steps: z.number().int().min(0).max(1_000_000),
    measures: z.array(measureName).min(1).max(12),
  })
  .superRefine(({ search: found }, context) => {
    const fail = (message: string): void => context.addIssue({ code: 'custom', path: ['search'], message })
    if (found.kind === 'list' && found.rows.some((row) => row.length !== found.settings.length))
      fail('each row needs a value for each setting')
    if (found.kind === 'grid' && found.settings.reduce((count, { values }) => count * values.length, 1) > mostPoints)
      fail(`at most ${mostPoints} combinations`)
  })
export type Sweep = z.output<typeof sweepFile>
export type SettingValue = z.output<typeof value>

/** One combination of values, in the order of the settings. */
export interface SweepPoint {
  readonly id: string
  readonly values: readonly SettingValue[]
  readonly lab: LabDocument
}

/** The JSON of a sweep, not yet checked. `place` is the file's name. Throws LabError `sweep.invalid`, or `lab.too-large`. */
export function parseSweep(text: string, place: string): unknown {
  requireLabSize(text.length)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new LabError('sweep.invalid', { place, detail: error instanceof Error ? error.message : String(error) })
  }
}

/** Throws LabError `sweep.invalid`. */
export function readSweep(json: unknown): Sweep {
  const parsed = sweepFile.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new LabError('sweep.invalid', { place: issue?.path.join('.') || '–', detail: issue?.message ?? '' })
}

/** Whether the JSON says that it is a sweep, right or wrong. */
export const isSweepFile = (json: unknown): boolean => z.looseObject({ format: z.literal(format) }).safeParse(json).success

/** The JSON of a sweep may name a built-in lab instead of containing one. */
export async function withNamedLab(json: unknown, readLab: (name: string) => Promise<LabDocument>): Promise<unknown> {
  const named = z.looseObject({ lab: z.string() }).safeParse(json).data
  return named ? { ...named, lab: await readLab(named.lab) } : json
}

/** Names of the settings, such as `attention.heads` or `learningRate`. */
export const settingNames = ({ search: { settings } }: Sweep): string[] =>
  settings.map(({ node, setting: name }) => (node === null ? name : `${node}.${name}`))

/** Throws LabError `sweep.setting` if a block or a setting does not exist, or does not allow a value. */
export const pointsOf = (sweep: Sweep): SweepPoint[] =>
  rowsOf(sweep).map((values, index) => ({ id: `point-${index + 1}`, values, lab: labWith(sweep, values) }))

function rowsOf({ search: found }: Sweep): (readonly SettingValue[])[] {
  if (found.kind === 'list') return found.rows
  if (found.kind === 'grid')
    return found.settings.reduce<(readonly SettingValue[])[]>(
      (rows, { values }) => rows.flatMap((row) => values.map((each) => [...row, each])),
      [[]],
    )
  return Array.from({ length: found.count }, (_, index) => {
    const random = stream(found.seed, 'sweep', index)
    return found.settings.map((each): SettingValue => {
      const share = random.float()
      if ('values' in each) return each.values[Math.floor(share * each.values.length)]!
      const { from, to, scale, whole } = each
      const number = scale === 'log' ? from * (to / from) ** share : from + (to - from) * share
      return whole ? Math.round(number) : Number(number.toPrecision(4))
    })
  })
}

function labWith({ lab, search: { settings } }: Sweep, values: readonly SettingValue[]): LabDocument {
  return settings.reduce((changed, { node, setting: name }, index) => {
    const chosen = values[index]!
    const block = changed.graph.nodes.find(({ id }) => id === node)
    const place = node === null ? changed.training : block?.params
    const refused = new LabError('sweep.setting', { place: node === null ? name : `${node}.${name}`, given: String(chosen) })
    if (place === undefined || !(name in place)) throw refused
    // Settings of a block are checked by the block itself; a lab allows any.
    const schema = block && blockByKind(block.kind)?.params
    if (schema && !schema.safeParse({ ...block.params, [name]: chosen }).success) throw refused
    try {
      return labDocument.parse(withSetting(changed, { node, setting: name }, chosen))
    } catch {
      throw refused
    }
  }, lab)
}

/** As an experiment without claims, whose variations are the points. */
export function experimentOfSweep(sweep: Sweep): Experiment {
  const { title, measures, steps } = sweep
  const points = pointsOf(sweep)
  const names = settingNames(sweep)
  const nameOf = (values: readonly SettingValue[]): string =>
    names.map((name, index) => `${name} = ${values[index]}`).join(', ')
  const variations = points.map(({ id, lab }) => ({ id, lab, steps, quickSteps: steps }))
  const texts = {
    ...{ title, summary: '', claims: {} },
    variations: Object.fromEntries(points.map(({ id, values }) => [id, nameOf(values)])),
  }
  return { id: 'sweep', questions: [], variations, measures, claims: [], texts }
}
