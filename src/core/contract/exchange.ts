/** Exporting a model: what will be written, what is lost on the way, and the certificate that says how far the copy agrees. */
import { z } from 'zod'
import type { Problem } from '../errors'

/** Where a model can go: the formats of `attention-lab export --to`. */
export const exportTargets = ['pytorch', 'huggingface', 'onnx', 'safetensors', 'tensorboard'] as const
export type ExportTarget = (typeof exportTargets)[number]
export const exportTarget = z.enum(exportTargets)

/** Element types of weights in a file. */
export const floatTypes = ['F32', 'F16', 'BF16'] as const
export type FloatType = (typeof floatTypes)[number]

/** Settings of some formats; others ignore them. */
export const exportOptions = z.object({
  /** safetensors: how the weights are stored. */
  dtype: z.enum(floatTypes).default('F32'),
  /** ONNX: whether attention weights are outputs too. */
  attention: z.boolean().default(false),
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
