/** What a class answered to the questions of a lesson: how many are right, and the common answers. */
import type { Lesson, PieceTexts, QuizOf } from '@core/lessons/format'
import { isRight, numbersOf } from '@core/lessons/marking'
import { plainText } from '../../lessons/plain'

export interface Question {
  readonly id: string
  readonly text: string
  readonly answered: number
  readonly right: number
  /** The most common ones. */
  readonly answers: readonly { readonly text: string; readonly count: number; readonly isRight: boolean }[]
}

const mostAnswers = 5
/** Characters of an answer in a pupil's own words. */
const longest = 80

/** Answers of all pupils by piece, as their pages keep them. */
export type Given = Readonly<Record<string, readonly unknown[]>>

export function questionsOf({ pieces, screens }: Lesson, given: Given): Question[] {
  const texts = screens.flatMap(({ parts }) => parts.flatMap((part) => ('piece' in part ? [part] : [])))
  return texts.flatMap(({ piece: id, texts: words }) => {
    const piece = pieces[id]
    return piece?.kind === 'quiz' ? [questionOf(id, piece.quiz, words, given[id] ?? [])] : []
  })
}

function questionOf(id: string, quiz: QuizOf, texts: PieceTexts, given: readonly unknown[]): Question {
  const counted = new Map<string, { text: string; count: number; isRight: boolean }>()
  for (const answer of given) {
    const text = wordsOf(quiz, answer, texts)
    const entry = counted.get(text) ?? { text, count: 0, isRight: isRight(quiz, answer, texts.options.length) }
    counted.set(text, { ...entry, count: entry.count + 1 })
  }
  const answers = [...counted.values()].sort((a, b) => b.count - a.count)
  const right = answers.reduce((sum, each) => sum + (each.isRight ? each.count : 0), 0)
  return { id, text: plainText(texts.body), answered: given.length, right, answers: answers.slice(0, mostAnswers) }
}

/** Of one pupil, the answer in words. */
function wordsOf(quiz: QuizOf, answer: unknown, { options }: PieceTexts): string {
  if (quiz.type === 'number') return typeof answer === 'string' ? answer.slice(0, longest) : ''
  const chosen = quiz.type === 'one' ? numbersOf(answer).slice(-1) : numbersOf(answer)
  return chosen.map((option) => plainText(options[option]?.label ?? '')).join(' · ')
}
