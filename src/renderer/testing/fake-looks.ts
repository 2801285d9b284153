/** Fake looks for tests: every second prediction is wrong, and every value is a single number. */
import type { Confusion, Lens, Look, LookInput, LookRequest, Seen } from '@core/contract/look'

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
