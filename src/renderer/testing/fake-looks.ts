/** Fake looks for tests: every second prediction is wrong, and every value is a single number. */
import type { Confusion, Lens, Look, LookInput, LookRequest, Seen } from '@core/contract/look'
import type { PatchReport } from '@core/contract/patch'
import type { Worth } from '@core/contract/worth'

/** Sample n has three tokens, counting up from n + 1 and wrapping after 4. Each character of a text is a token; “?” is unknown. */
function tokensOf(input: LookInput): number[] {
  if ('tokens' in input) return input.tokens
  if ('text' in input) return Array.from(input.text, (_, place) => 1 + (place % 4))
  return [0, 1, 2].map((place) => 1 + ((input.sample + place) % 4))
}

export function fakeSeen(input: LookInput): Seen {
  const tokens = Int32Array.from(tokensOf(input))
  const text = 'text' in input ? input.text : ''
  const targets = tokens.map((token) => token % 4)
  return {
    tokens,
    unknown: Array.from(text).flatMap((character, place) => (character === '?' ? [place] : [])),
    source: null,
    unknownInSource: [],
    features: null,
    targets: 'sample' in input ? targets : null,
    predictions: targets.map((target, place) => (place % 2 === 0 ? target : (target + 1) % 4)),
    probabilities: Float32Array.from(tokens, () => 0.75),
    scored: null,
  }
}

export const fakeLook = ({ inputs, values }: LookRequest): Look => ({
  step: 0,
  seen: inputs.map(fakeSeen),
  values: Object.fromEntries(values.map(({ name }) => [name, { axes: ['feature'], shape: [1], data: Float32Array.of(1) }])),
  missing: [],
})

/** Two layers for one position: class 1, then class 0. */
export const fakeLens: Omit<Lens, 'step'> = {
  tokens: Int32Array.of(1),
  positions: 1,
  top: 1,
  layers: [
    { block: 'embedding', classes: Int32Array.of(1), logProbabilities: Float32Array.of(-1), entropies: Float32Array.of(0.5) },
    { block: 'add', classes: Int32Array.of(0), logProbabilities: Float32Array.of(-0.5), entropies: Float32Array.of(0.25) },
  ],
}

/** Two classes: a is right in samples 0 to 2 and taken for b twice, in samples 3 and 17; b is always right. */
export const fakeConfusion: Omit<Confusion, 'step'> = {
  samples: 100,
  total: 2,
  classes: [
    {
      ...{ id: 0, name: 'a', support: 5, precision: 1, recall: 0.6, f1: 0.75 },
      baseline: { precision: 0, recall: 0, f1: 0 },
      hit: { count: 3, samples: [0, 1, 2] },
      missed: { count: 2, samples: [3, 17] },
      spurious: { count: 0, samples: [] },
    },
    {
      ...{ id: 1, name: 'b', support: 95, precision: 0.979, recall: 1, f1: 0.99 },
      baseline: { precision: 0.95, recall: 1, f1: 0.974 },
      hit: { count: 95, samples: [4, 5] },
      missed: { count: 0, samples: [] },
      spurious: { count: 2, samples: [3, 17] },
    },
  ],
  cells: [
    { target: 0, prediction: 0, count: 3, samples: [0, 1, 2] },
    { target: 0, prediction: 1, count: 2, samples: [3, 17] },
    { target: 1, prediction: 1, count: 95, samples: [4, 5] },
  ],
}

/** Head 2 is worth ten times as much as head 1; the model is better without the position. */
export const fakeWorth: Omit<Worth, 'step'> = {
  evaluated: 100,
  whole: { loss: 0.1, metrics: { accuracy: 0.9 } },
  parts: [
    { gate: 'position/encoding', index: null, importance: -0.01, accuracyDrop: -0.002 },
    { gate: 'multi-head/heads', index: null, importance: 2, accuracyDrop: 0.6 },
    { gate: 'multi-head/heads', index: 0, importance: 0.1, accuracyDrop: 0.05 },
    { gate: 'multi-head/heads', index: 1, importance: 1.5, accuracyDrop: 0.5 },
    { gate: 'add/a', index: null, importance: 1, accuracyDrop: 0.3 },
  ],
}

const read = (second: number) => ({ tokens: Int32Array.of(1, second, 3), unknown: [], source: null, unknownInSource: [] })
/** Position 2 differs; class 1 comes back fully by the embedding there, and by four fifths by head 2 at position 3. */
export const fakePatch: Omit<PatchReport, 'step'> = {
  ...{ a: read(2), b: read(4), position: 2, answer: 1 },
  rows: [
    { block: 'embedding', part: 'y', head: null, sequence: 'tokens', effects: Float32Array.of(0, 1, 0), first: 2 },
    { block: 'multi-head', part: 'heads', head: 0, sequence: 'tokens', effects: Float32Array.of(0, 0, 0.1), first: 5 },
    { block: 'multi-head', part: 'heads', head: 1, sequence: 'tokens', effects: Float32Array.of(0, 0, 0.8), first: 8 },
    { block: 'norm', part: 'y', head: null, sequence: 'tokens', effects: Float32Array.of(0, 0.1, 0.9), first: 11 },
  ],
  distributions: {
    entropy: Float32Array.from({ length: 14 }, (_, index) => index / 10),
    answer: Float32Array.from({ length: 14 }, (_, index) => (index === 0 ? -0.01 : -3)),
    classes: Int32Array.from({ length: 28 }, (_, index) => (index < 2 ? 1 - (index % 2) : index % 2)),
    probabilities: Float32Array.from({ length: 28 }, (_, index) => (index % 2 === 0 ? 0.9 : 0.1)),
    top: 2,
  },
}
