/** One component for each way of guessing. */
import type { Component } from 'vue'
import type { PredictOf } from '@core/lessons/format'
import ChoiceGuess from './ChoiceGuess.vue'
import NumberGuess from './NumberGuess.vue'
import PaintGuess from './PaintGuess.vue'
import SketchGuess from './SketchGuess.vue'

export const guessViews: { readonly [A in PredictOf['ask']]: Component } = {
  choice: ChoiceGuess,
  number: NumberGuess,
  sketch: SketchGuess,
  paint: PaintGuess,
}
