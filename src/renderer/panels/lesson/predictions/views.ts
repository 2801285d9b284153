/** One component for each way of guessing, and when a guess is complete. */
import type { Component } from 'vue'
import type { z } from 'zod'
import type { predictSchema } from '@core/lessons/format'
import ChoiceGuess from './ChoiceGuess.vue'
import NumberGuess from './NumberGuess.vue'
import PaintGuess from './PaintGuess.vue'
import SketchGuess from './SketchGuess.vue'

export type Predict = z.output<typeof predictSchema>
export type PredictOf<A extends Predict['ask']> = Extract<Predict, { ask: A }>

export const guessViews: { readonly [A in Predict['ask']]: Component } = {
  choice: ChoiceGuess,
  number: NumberGuess,
  sketch: SketchGuess,
  paint: PaintGuess,
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
/** Values of a sketch, null for points that are not set; rows of a map. Guesses come from files, so they may be anything. */
export const pointsOf = (guess: unknown, count: number): readonly (number | null)[] =>
  Array.from({ length: count }, (_, index) => {
    const value: unknown = Array.isArray(guess) ? guess[index] : null
    return isNumber(value) ? value : null
  })
export const rowsOf = (guess: unknown, size: number): readonly string[] =>
  Array.from({ length: size }, (_, row) => {
    const value: unknown = Array.isArray(guess) ? guess[row] : ''
    return (typeof value === 'string' ? value : '').slice(0, size).padEnd(size, '.')
  })

export function isGuess(predict: Predict, guess: unknown): boolean {
  if (predict.ask === 'sketch') return pointsOf(guess, predict.figures.length).every((value) => value !== null)
  if (predict.ask === 'paint') return rowsOf(guess, predict.tokens.length).some((row) => row.includes('#'))
  return isNumber(guess)
}
