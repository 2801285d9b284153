/** A lesson as one page, with the learner's own figures and answers: to be printed, or saved as a file that opens anywhere offline. */
import { experimentOf } from '@core/sweeps/source'
import type { Measurements } from '@core/experiments/verdict'
import { evaluate } from '@core/lessons/arithmetic'
import type { Html, Lesson, Piece, PieceKind, PieceOf, PieceTexts } from '@core/lessons/format'
import { escaped } from '@core/markup'
import { experimentSvg } from '../charts/experimentSvg'
import { printTheme } from '../charts/theme'
import { i18n } from '../locales'
import { plotNames } from '../charts/usePlotNames'
import { useExperiments } from '../stores/experiments'
import { useLessons } from '../stores/lessons'
import { useSettings } from '../stores/settings'
import { numbersOf } from '@core/lessons/marking'
import { figureOf, judgedOf, withFigures, withoutTerms } from './figures'
import { plainText } from './plain'
import { textOf } from './units'

interface Written<K extends PieceKind> {
  readonly piece: PieceOf<K>
  readonly texts: PieceTexts
  readonly answer: unknown
  readonly done: boolean
}

const t = (key: string, params: Readonly<Record<string, string | number>> = {}): string => escaped(i18n.global.t(key, params))
const line = (label: string, html: Html): Html => `<p class="answer"><b>${label}</b> ${html}</p>`
const list = (items: readonly Html[]): Html =>
  items.length > 0 ? `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>` : ''
const note = (html: Html): Html => (html ? `<blockquote>${html}</blockquote>` : '')
/** Content below the text of a piece. Explanations appear only after the learner has answered. */
const below: { readonly [K in PieceKind]: (written: Written<K>) => Html } = {
  lab: () => '',
  do: () => '',
  look: () => '',
  bug: ({ texts, done }) => (done ? note(texts.note) : ''),
  words: ({ answer }) => (typeof answer === 'string' && answer.trim() ? `<p class="words">${escaped(answer)}</p>` : ''),
  measure: ({ piece }) => {
    const status = useExperiments().latest(piece.experiment)
    if (!status) return ''
    const { machine, engine, version } = status.provenance
    const date = new Date(status.begun).toISOString().slice(0, 10)
    const source = line(t('lessons.measuredHere'), escaped([machine, engine, version, date].join(' · ')))
    return plotsOf(piece.experiment, status.measurements ?? {}) + source
  },
  result: ({ piece, texts }) => {
    const judged = piece.claims.flatMap((claim) => judgedOf(claim) ?? [])
    const doubtful = judged.find(({ verdict }) => verdict !== 'supported')
    const told = judged.map(({ verdict, holds, of }) => line('', t(`lessons.verdicts.${verdict}`, { holds, of })))
    return told.join('') + (doubtful ? note(texts.note) : '')
  },
  predict: ({ piece: { predict }, texts, answer }) => {
    const { guess, revealed } = (answer ?? {}) as { guess?: unknown; revealed?: boolean }
    if (!revealed) return predict.ask === 'choice' ? list(texts.options.map(({ label }) => label)) : ''
    const own = t('lessons.yourGuess')
    const told = {
      choice: () => line(own, texts.options[Number(guess)]?.label ?? ''),
      number: () => (predict.ask === 'number' ? compared([predict.figure], [guess], []) : ''),
      sketch: () => (predict.ask === 'sketch' ? compared(predict.figures, guess, predict.x) : ''),
      paint: () => `<pre>${escaped(Array.isArray(guess) ? guess.join('\n') : '')}</pre>`,
    }[predict.ask]()
    return told + note(texts.note)
  },
  quiz: ({ piece: { quiz }, texts, answer, done }) => {
    if (!done) return list(texts.options.map(({ label }) => label))
    const told = {
      one: () => texts.options[numbersOf(answer).at(-1) ?? -1]?.label ?? '',
      several: () => list(numbersOf(answer).map((option) => texts.options[option]?.label ?? '')),
      number: () => (quiz.type === 'number' ? escaped(String(Number(evaluate(quiz.answer).toPrecision(6)))) : ''),
      order: () => list(texts.options.map(({ label }) => label)),
    }[quiz.type]()
    return line(t('lessons.yourAnswer'), told) + note(texts.note)
  },
}

/** As pictures; measurements without one, such as sizes, are in the sentences. */
function plotsOf(experiment: string, measurements: Measurements): Html {
  const names = plotNames({ id: experiment })
  const plots = (experimentOf(experiment).plots ?? []).filter((plot) => plot.kind !== 'sizes')
  return plots
    .map((plot) => {
      const picture = experimentSvg(plot, measurements, names, printTheme(), 520)
      return `<figure>${picture}<figcaption>${escaped(names.measure(plot.measure))}</figcaption></figure>`
    })
    .join('')
}

/** Guesses beside what was measured, one column for each figure. */
function compared(figures: readonly string[], guess: unknown, heads: readonly string[]): Html {
  const guesses: readonly unknown[] = Array.isArray(guess) ? guess : []
  const row = (label: string, cells: readonly string[]): Html =>
    `<tr><th scope="row">${label}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`
  const own = figures.map((name, index) => {
    const value = guesses[index]
    return typeof value === 'number' ? textOf(name, value) : '–'
  })
  const measured = figures.map((name) => figureOf(name).text)
  return `<table>${heads.length > 0 ? row('', heads) : ''}${row(t('lessons.yourGuess'), own)}${row(t('lessons.measured'), measured)}</table>`
}

/** All screens of the lesson. */
export function writtenLesson(lesson: Lesson): Html {
  const lessons = useLessons()
  const { answers, done } = lessons.progressOf(lesson.id)
  const pieceHtml = (id: string, piece: Piece, texts: PieceTexts): Html => {
    const told = below[piece.kind] as (written: Written<PieceKind>) => Html
    const kind = `<p class="kind">${t(`lessons.kinds.${piece.kind}`)}${done.includes(id) ? ` · ${t('lessons.done')}` : ''}</p>`
    return `<section>${kind}${texts.body}${told({ piece, texts, answer: answers[id], done: done.includes(id) })}</section>`
  }
  const screens = lesson.screens.map(({ title, parts }) => {
    const shown = parts.map((part) => {
      if ('html' in part) return part.html
      const piece = lesson.pieces[part.piece]
      return piece ? pieceHtml(part.piece, piece, part.texts) : ''
    })
    return `<h2>${title}</h2>${shown.join('')}`
  })
  return withoutTerms(withFigures(`<h1>${lesson.title}</h1><p><i>${lesson.summary}</i></p>${screens.join('')}`))
}

const style = `
body { max-width: 44em; margin: 2em auto; padding: 0 1em; color: #1e2127; font: 16px/1.55 system-ui, sans-serif; }
section { margin: 1.2em 0; padding: .6em 1em; border: 1px solid #ddd8cc; border-radius: 8px; break-inside: avoid; }
.kind { margin: 0; color: #545a68; font-size: .75em; font-weight: 600; letter-spacing: .04em; }
.figure { font-weight: 600; white-space: nowrap; } .own { color: #2457d6; } .reference, .absent { color: #6d7380; }
.words { white-space: pre-wrap; } blockquote { margin: .6em 0; padding-left: 1em; border-left: 2px solid #cbc7bb; }
table { border-collapse: collapse; } td, th { padding: 2px 12px 2px 0; text-align: left; } figure { margin: .8em 0; } svg { max-width: 100%; height: auto; } figcaption { color: #545a68; font-size: .85em; }
math[display='block'] { margin: .8em 0; }`

/** One HTML file: no script, nothing loaded from elsewhere. */
export function savedLesson(lesson: Lesson): string {
  const language = useSettings().language === 'zh' ? 'zh-CN' : 'en'
  const title = escaped(plainText(lesson.title))
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style>`
  return `<!doctype html>\n<html lang="${language}"><head>${head}</head><body>${writtenLesson(lesson)}</body></html>\n`
}
