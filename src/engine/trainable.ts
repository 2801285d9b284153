/** Checks whether a worker can train a lab. */
import { fromProblem, LabError } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import type { LabDocument } from '@core/lab/document'
import type { Signature } from '@core/signature'

/** Memory limit of a worker: TensorFlow.js's WASM heap ends at 4 GB. */
const mostBytes = 3.5 * 2 ** 30

/** The bytes a training step takes. Throws the first reason why the lab cannot be trained. */
export function requireTrainable(lab: LabDocument, signature: Signature, most = mostBytes): number {
  const { problems, bytes } = analyse(lab, signature)
  const [problem] = problems
  if (problem) throw fromProblem(problem)
  requireHeld(bytes, most)
  return bytes
}

/** Throws LabError `run.too-large` if a worker cannot hold this many bytes. */
export function requireHeld(bytes: number, most = mostBytes): void {
  if (bytes <= most) return
  const gigabytes = (size: number): number => Math.round(size / 2 ** 30)
  throw new LabError('run.too-large', { needed: gigabytes(bytes), available: gigabytes(most) })
}
