/** How the tokens of a model's vocabulary are used in the validation samples of its task. */
import type { TokenReport } from '@core/contract/tokens'
import { TokenCounter } from '@core/embeddings/token-uses'
import { evaluationBatch, thorough, validationBatches } from './evaluation'
import type { Subject } from './training'

/** Counts the samples of an evaluation, each once. Runs no model. */
export function tokenUses(subject: Subject, sequence: 'tokens' | 'source'): TokenReport {
  const { model, task } = subject
  const { signature, validation } = task.spec
  const size = evaluationBatch(model.lab, task.spec)
  const counter = new TokenCounter(signature, sequence)
  let samples = 0
  for (const { batch, first } of validationBatches(subject, thorough)) {
    const sequences = Math.min(size, validation - first)
    counter.add(batch, sequences)
    samples += sequences
  }
  return { samples, ...counter.uses }
}
