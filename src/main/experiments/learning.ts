/** How well a model has learned, on data it has never seen. */
import { atEnd, type Measure } from './define'
import { metric } from './subject'

const ofEvaluation = (name: string): Measure => atEnd((subject) => metric(subject, name))

export const learning = {
  loss: ofEvaluation('loss'),
  accuracy: ofEvaluation('accuracy'),
  lossCurve: atEnd(({ curve }) => curve.map(({ loss }) => loss)),
  /** The first evaluation that finds 0.9, by its step; never is infinity. */
  stepsTo90: atEnd(({ curve }) => curve.find(({ metrics }) => (metrics['accuracy'] ?? 0) >= 0.9)?.step ?? Infinity),
}
