/** Exporting a model: what will be written, what is lost on the way, and the certificate that says how far the copy agrees. */
import { z } from 'zod'
import type { Problem } from '../errors'
import { labDocument } from '../lab/document'
import { dataId } from './data'
import { runId } from './look'
import type { Progress } from './progress'
import { method } from './table'

/** Where a model can go: the formats of `attention-lab export --to`. */
export const exportTargets = ['pytorch', 'huggingface', 'onnx', 'safetensors', 'tensorboard'] as const
export type ExportTarget = (typeof exportTargets)[number]
export const exportTarget = z.enum(exportTargets)

/** Element types of weights in a file. */
export const floatTypes = ['F32', 'F16', 'BF16'] as const
export type FloatType = (typeof floatTypes)[number]

/** What becomes of low-rank adapters. */
export const adapterForms = ['merged', 'apart'] as const

/** Settings of some formats; others ignore them. */
export const exportOptions = z.object({
  /** safetensors: how the weights are stored. */
  dtype: z.enum(floatTypes).default('F32'),
  /** ONNX: whether attention weights are outputs too. */
  attention: z.boolean().default(false),
  /** Low-rank adapters: merged into their matrices, also if absent; or, for safetensors, kept apart, then also in the files of PEFT. */
  adapters: z.enum(adapterForms).optional(),
})
export type ExportOptions = z.output<typeof exportOptions>

export interface PlannedFile {
  /** Relative to the folder, with slashes; a folder of many files ends in a slash. */
  readonly path: string
  /** Null where it is not known before it is written. */
  readonly bytes: number | null
}

/** What an export writes, known before anything is written. */
export interface ExportPlan {
  readonly to: ExportTarget
  readonly files: readonly PlannedFile[]
  /** Why nothing can be written; empty if it can. */
  readonly refused: readonly Problem[]
  /** What the copy will lack, or do otherwise. `node` names the block, if it is one. */
  readonly missing: readonly Problem[]
  /** Whether the format has a check that Python can run. */
  readonly verifiable: boolean
}

export interface Difference {
  /** What was compared: `logits`, `loss`, … */
  readonly name: string
  /** The largest absolute difference found. */
  readonly value: number
  /** The largest allowed. */
  readonly limit: number
}

/** The copy as executed by the libraries that it is meant for. */
export interface Certificate {
  readonly to: ExportTarget
  readonly passed: boolean
  readonly differences: readonly Difference[]
  /** Of Python and the libraries, by name. */
  readonly versions: Readonly<Record<string, string>>
  readonly machine: string
  /** ISO 8601. */
  readonly date: string
}

/** The newest weights, those with the smallest validation loss, or those after a step. */
const exportStep = z.union([z.enum(['newest', 'best']), z.number().int().nonnegative()])
const request = { to: exportTarget, options: exportOptions.prefault({}) }
const what = z.object({
  ...request,
  /** `data` is the id of a learner's own text. */
  model: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('lab'), lab: labDocument, data: dataId.nullable() }),
    z.object({ kind: z.literal('run'), run: runId, at: exportStep.default('newest') }),
  ]),
})
export type ExportRequest = z.input<typeof what>

/** The same for a worker. `data` is the learner's own text itself. */
export const sourceRef = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('lab'), name: z.string(), lab: labDocument, data: z.string().nullable() }),
  z.object({ kind: z.literal('run'), directory: z.string(), data: z.string().nullable(), at: exportStep }),
])
export type SourceRef = z.output<typeof sourceRef>

export interface ExportedModel {
  /** The only file, or an archive of several. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** How its name ends, without the dot: `onnx`, `zip`, … */
  readonly extension: string
  readonly certificate: Certificate | null
}

export const exchangeMethods = {
  /** Throws LabError: why there is no model. */
  'exchange.plan': method(what).returns<ExportPlan>(),
  /**
   * Exports a model for a page to save. With `verify`, which needs Python on the host and is for its owner, the result is executed as well.
   * Throws the first reason of a plan that refuses, `export.too-large-here`, or as Python does.
   */
  'exchange.export': method(what.extend({ verify: z.boolean().default(false) }))
    .streams<Progress>()
    .returns<ExportedModel>(),
} as const

/** The same methods of a worker. */
const job = z.object({ ...request, source: sourceRef })
export const exchangeJobs = {
  planExport: method(job).returns<ExportPlan>(),
  exportModel: method(job.extend({ verify: z.boolean() }))
    .streams<Progress>()
    .returns<ExportedModel>(),
} as const
