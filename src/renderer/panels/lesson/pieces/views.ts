/** One component for each kind of piece. */
import type { Component } from 'vue'
import type { PieceKind } from '@core/lessons/format'
import BugPiece from './BugPiece.vue'
import DoPiece from './DoPiece.vue'
import LabPiece from './LabPiece.vue'
import LookPiece from './LookPiece.vue'
import MeasurePiece from './MeasurePiece.vue'
import PredictPiece from './PredictPiece.vue'
import QuizPiece from './QuizPiece.vue'
import ResultPiece from './ResultPiece.vue'
import WordsPiece from './WordsPiece.vue'

export const pieceViews: { readonly [K in PieceKind]: Component } = {
  lab: LabPiece,
  do: DoPiece,
  look: LookPiece,
  predict: PredictPiece,
  measure: MeasurePiece,
  result: ResultPiece,
  quiz: QuizPiece,
  bug: BugPiece,
  words: WordsPiece,
}
