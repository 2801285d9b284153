/** Fake looks for tests: every second prediction is wrong, and every value is a single number. */
import type { Look, LookInput, LookRequest, Seen } from '@core/contract/look'

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
