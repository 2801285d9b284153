/** Guesses are read from files, so they may be anything. */
import type { PredictOf } from '@core/lessons/format'

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
/** Values of a sketch, null for points that are not set; rows of a map. */
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

export function isGuess(predict: PredictOf, guess: unknown): boolean {
  if (predict.ask === 'sketch') return pointsOf(guess, predict.figures.length).every((value) => value !== null)
  if (predict.ask === 'paint') return rowsOf(guess, predict.tokens.length).some((row) => row.includes('#'))
  return isNumber(guess)
}
