/** The four standard models for comparing engines: pre-norm GPTs, built as lab documents. */
import { composeLab } from './compose'
import type { LabDocument } from '../lab/document'
import { embed, layers as stack } from './parts'

export interface StandardModel {
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Tokens per sequence. */
  readonly length: number
  /** Sequences per batch. */
  readonly batch: number
  readonly vocabulary: number
}

export const standardModels = {
  tiny: { width: 32, layers: 1, heads: 4, length: 32, batch: 16, vocabulary: 32 },
  small: { width: 64, layers: 2, heads: 4, length: 64, batch: 16, vocabulary: 65 },
  nano: { width: 128, layers: 4, heads: 4, length: 64, batch: 12, vocabulary: 65 },
  medium: { width: 256, layers: 6, heads: 8, length: 128, batch: 16, vocabulary: 65 },
} as const satisfies Readonly<Record<string, StandardModel>>
export type ModelName = keyof typeof standardModels

/** The smallest GPT-2 (Radford et al. 2019), the largest size that the editor should support. */
export const gpt2: StandardModel = { width: 768, layers: 12, heads: 12, length: 1024, batch: 1, vocabulary: 50_257 }

/** Exact GELU, learned positions, biases, untied output layer, AdamW; trained on {@link standardText}. */
export function standardLab(title: string, { width, layers, heads, length, batch }: StandardModel): LabDocument {
  const training = {
    steps: 10_000_000,
    batchSize: batch,
    learningRate: 1e-3,
    optimiser: { kind: 'adamw', weightDecay: 0.01 },
    clipNorm: null,
    evaluateEvery: 1_000_000,
  }
  return composeLab({ title, task: { kind: 'characters', params: { length } }, training }, (c) => {
    const deviation = 0.02
    const x = embed(c, { width, embedding: { deviation }, position: { method: 'learned', deviation } })
    const attention = { heads, mask: 'causal' }
    const y = stack(c, x, { layers, attention, feedForward: { hidden: 4 * width, activation: 'gelu' } })
    c.place('classifier', 'classifier', {}, { x: y })
  })
}

/** A text with exactly as many different characters as the vocabulary, in pseudo-random order. */
export function standardText({ vocabulary }: StandardModel): string {
  let state = 1
  const characters = Array.from({ length: 20_000 }, (_, i) => {
    state = (state * 48_271) % 2_147_483_647 // the generator of Park and Miller
    return String.fromCodePoint(0x21 + ((i < vocabulary ? i : state) % vocabulary))
  })
  return characters.join('')
}
