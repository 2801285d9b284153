/**
 * Checks lessons: both languages have the same skeleton, everything that is named exists, every task can be fulfilled and is not from the
 * beginning, every question has its answers, and no number in a sentence is bound to nothing.
 */
import { join } from 'node:path'
import { LabError } from '@core/errors'
import { experiments } from '@core/experiments'
import { measures } from '@core/experiments/measures'
import { analyse } from '@core/graph/analyse'
import type { Analysis } from '@core/graph/analysis'
import type { LabDocument } from '@core/lab/document'
import { evaluate } from '@core/lessons/arithmetic'
import { holds, type Condition, type Situation } from '@core/lessons/conditions'
import { figureName, type LessonError, type Piece, type PieceKind, type PieceOf, type PieceTexts } from '@core/lessons/format'
import glossary from '@core/locales/glossary.json'
import { createTask } from '@core/tasks'
import type { Labs } from '../service/labs'
import { lessonNames } from './lessons'
import { languages, readLesson, type Language, type LessonFolder } from './read'
import { beginning, edited, findLessonLab, fulfilled } from './situation'

export interface CheckedLessons {
  /** The names of all. */
  readonly lessons: readonly string[]
  /** Those that can be read, whether right or wrong. */
  readonly folders: readonly LessonFolder[]
  readonly errors: readonly LessonError[]
}

/** All that is wrong with the lessons of a folder. Throws LabError where the folder cannot be read. */
export async function checkLessons(directory: string, labs: Labs): Promise<CheckedLessons> {
  const { course, names } = await lessonNames(directory)
  const errors: LessonError[] = []
  const named = course ? [course.start, ...course.units.flatMap(({ lessons }) => lessons), ...course.hunts] : []
  for (const name of named.filter((each, index) => !names.includes(each) || named.indexOf(each) < index)) {
    const detail = names.includes(name) ? `“${name}” is named twice` : `there is no lesson “${name}”`
    errors.push({ lesson: name, file: 'course.json', detail })
  }
  const folders: LessonFolder[] = []
  for (const lesson of names) {
    try {
      const folder = await readLesson(join(directory, lesson))
      folders.push(folder)
      const checked = new LessonCheck(folder, labs)
      await checked.all()
      errors.push(...checked.errors)
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      errors.push({ lesson, file: String(error.params.file ?? 'lesson.json'), detail: error.message })
    }
  }
  return { lessons: names, folders, errors }
}

type Report = (detail: string, file?: string, line?: number) => void
type Check<K extends PieceKind> = (piece: PieceOf<K>, texts: readonly PieceTexts[], report: Report) => void | Promise<void>

const terms = new Set(glossary.map(({ id }) => id))

class LessonCheck {
  readonly errors: LessonError[] = []
  /** How things stand where the check has come to. */
  #situation: Situation | null = null
  #analysis: Analysis | null = null

  constructor(
    private readonly folder: LessonFolder,
    private readonly labs: Labs,
  ) {}

  async all(): Promise<void> {
    const { facts } = this.folder
    this.#skeleton()
    this.#words()
    this.#amounts()
    await this.#open(facts.lab, this.#reportOf())
    for (const [id, piece] of Object.entries(facts.pieces)) {
      const texts = languages.map((language) => this.#textsOf(language, id))
      const check = this.#checks[piece.kind] as Check<PieceKind>
      await check(piece, texts, this.#reportOf(id))
    }
  }

  #reportOf(piece?: string): Report {
    return (detail, file = 'lesson.json', line) =>
      this.errors.push({
        ...{ lesson: this.folder.id, file },
        ...(line !== undefined && { line }),
        ...(piece !== undefined && { piece }),
        detail,
      })
  }

  #textsOf(language: Language, id: string): PieceTexts {
    const parts = this.folder.texts[language].screens.flatMap((screen) => screen.parts)
    const part = parts.find((each) => 'piece' in each && each.piece === id)
    return part && 'piece' in part ? part.texts : { body: '', options: [], note: '' }
  }

  /** Pieces in the facts and in both texts, in one order; as many screens, and the same figures in each piece. */
  #skeleton(): void {
    const { facts, texts } = this.folder
    const ids = Object.keys(facts.pieces)
    for (const language of languages) {
      const report: Report = (detail, _, line) => this.#reportOf()(detail, `${language}.md`, line)
      const { pieces } = texts[language]
      for (const { id, kind, line } of pieces) {
        const piece = facts.pieces[id]
        if (!piece) report(`the piece “${id}” is not in lesson.json`, undefined, line)
        else if (piece.kind !== kind) report(`“${id}” is a ${piece.kind} in lesson.json, but a ${kind} here`, undefined, line)
        if (pieces.filter((each) => each.id === id).length > 1) report(`“${id}” occurs twice`, undefined, line)
      }
      const here = pieces.map((each) => each.id)
      for (const id of ids.filter((each) => !here.includes(each))) report(`the piece “${id}” of lesson.json is missing`)
      if (here.length === ids.length && here.every((id) => ids.includes(id)) && here.join() !== ids.join()) {
        report(`the pieces have another order than in lesson.json: ${here.join(', ')}`)
      }
    }
    const [en, zh] = [texts.en, texts.zh]
    if (en.screens.length !== zh.screens.length) {
      this.#reportOf()(`en.md has ${en.screens.length} screens, but zh.md has ${zh.screens.length}`)
    }
    const figures = (language: Language): string =>
      texts[language].links
        .flatMap(({ target }) => (target.startsWith('figure:') ? target : []))
        .toSorted()
        .join(', ')
    if (figures('en') !== figures('zh'))
      this.#reportOf()(`the figures differ: ${figures('en')} in en.md, ${figures('zh')} in zh.md`)
  }

  /** Terms and figures exist, and no number is bound to nothing. */
  #words(): void {
    for (const language of languages) {
      const report = this.#reportOf()
      const file = `${language}.md`
      for (const { target, line } of this.folder.texts[language].links) {
        const [, kind, name = ''] = /^(term|figure):(.*)$/.exec(target) ?? []
        if (kind === 'term' && !terms.has(name)) report(`the glossary has no term “${name}”`, file, line)
        if (kind === 'figure') this.#figure(name, (detail) => report(detail, file, line))
      }
      for (const { text, line } of this.folder.texts[language].numbers) {
        report(`the number ${text} is neither a figure, nor a formula, nor a setting in backticks`, file, line)
      }
    }
  }

  #figure(name: string, report: Report): void {
    const [experiment = '', variation = '', measure = ''] = name.split('/')
    const found = experiments.find(({ id }) => id === experiment)
    if (!figureName.safeParse(name).success) report(`“${name}” is no figure: experiment/variation/measure`)
    else if (!found) report(`there is no experiment “${experiment}”`)
    else if (!found.variations.some(({ id }) => id === variation)) report(`“${experiment}” has no variation “${variation}”`)
    else if (!(measure in measures) || !found.measures.some((each) => each === measure)) {
      report(`“${experiment}” does not measure “${measure}”`)
    }
  }

  /** A lesson on a question predicts, does, measures and asks. */
  #amounts(): void {
    const { facts, texts } = this.folder
    const count = (kind: PieceKind): number => Object.values(facts.pieces).filter((piece) => piece.kind === kind).length
    const report = this.#reportOf()
    if (facts.question === undefined) return
    for (const [kind, least] of [
      ['predict', 1],
      ['do', 1],
      ['measure', 1],
      ['quiz', 3],
    ] as const) {
      if (count(kind) < least) report(`a lesson on a question has at least ${least} × ${kind}`)
    }
    if (texts.en.screens.length < 2 || texts.en.screens.length > 4) report('a lesson on a question has two to four screens')
  }

  async #open(name: string, report: Report): Promise<void> {
    try {
      this.#enter(beginning(await findLessonLab(name, this.folder, this.labs)))
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      report(error.message)
    }
  }

  #enter(situation: Situation): void {
    if (situation.lab !== this.#situation?.lab) this.#analysis = analysisOf(situation.lab)
    this.#situation = situation
  }

  readonly #checks: { readonly [K in PieceKind]: Check<K> } = {
    lab: async ({ lab, edits }, _, report) => {
      await this.#open(lab, report)
      if (!this.#situation || edits.length === 0) return
      const changed = edited(this.#situation.lab, edits)
      if (!changed) report('its edits do not give a lab')
      else if (changed === this.#situation.lab) report('its edits change nothing')
      else this.#enter({ ...this.#situation, lab: changed })
    },
    do: ({ when, edits }, texts, report) => {
      if (texts.some(({ note }) => !note)) report('it has no hint: > …')
      const before = this.#situation
      if (!before) return
      this.#subject(when, report)
      if (holds(when, before)) report('it is fulfilled from the beginning')
      const after = fulfilled(when, edits, before)
      if (!after) report('“do it for me” does not give a lab')
      else if (!holds(when, after)) report('“do it for me” does not fulfil it')
      else this.#enter(after)
    },
    look: ({ view, node }, _, report) => {
      const needsNode = view !== 'curve' && view !== 'samples'
      if (needsNode !== (node !== undefined)) report(`the view ${view} ${needsNode ? 'needs' : 'takes no'} node`)
      if (node === undefined || !this.#analysis) return
      const found = this.#analysis.nodes[node]
      if (!found) report(`the lab has no block “${node}”`)
      else if (view === 'attention' && !found.probes.some(({ name }) => name === `${node}/attention`)) {
        report(`“${node}” has no attention weights`)
      }
    },
    predict: ({ predict }, texts, report) => {
      if (texts.some(({ note }) => !note)) report('it explains nothing after the reveal: > …')
      const options = texts.map((each) => each.options.length)
      if (predict.ask === 'choice') {
        if (options.some((count) => count < 2 || count !== options[0]))
          report('it needs the same options in both languages, at least two')
        if (predict.answer !== undefined && predict.answer >= (options[0] ?? 0)) report(`there is no option ${predict.answer}`)
      } else if (options.some((count) => count > 0)) report(`it asks for a ${predict.ask}, but has options`)
      if (predict.ask === 'number') this.#figure(predict.figure, report)
      if (predict.ask === 'sketch') {
        for (const figure of predict.figures) this.#figure(figure, report)
        if (predict.x.length !== predict.figures.length) report('it needs one label for each figure')
      }
      if (predict.ask === 'paint') {
        const size = predict.tokens.length
        const isMap =
          predict.answer.length === size && predict.answer.every((row) => row.length === size && /^[.#]*$/.test(row))
        if (!isMap) report(`its answer must be ${size} rows of ${size} characters: . or #`)
      }
    },
    measure: ({ experiment }, _, report) => {
      if (!experiments.some(({ id }) => id === experiment)) report(`there is no experiment “${experiment}”`)
    },
    result: ({ claims }, texts, report) => {
      if (texts.some(({ note }) => !note)) report('it does not say why it can be contradicted: > …')
      for (const name of claims) {
        const [experiment, claim] = name.split('/')
        const found = experiments.find(({ id }) => id === experiment)?.claims.some(({ id }) => id === claim)
        if (!found) report(`there is no claim “${name}”`)
      }
    },
    quiz: ({ quiz }, texts, report) => {
      const [first = 0, ...others] = texts.map(({ options }) => options.length)
      if (others.some((count) => count !== first)) report('the languages have different numbers of options')
      if (texts.some(({ body }) => !body)) report('it asks nothing')
      if (quiz.type === 'number') {
        if (first > 0) report('it asks for a number, but has options')
        if (!Number.isFinite(evaluate(quiz.answer))) report(`“${quiz.answer}” is no number`)
        if (texts.some(({ note }) => !note)) report('it does not explain the answer: > …')
        return
      }
      if (first < 2) report('it needs at least two options')
      if (quiz.type === 'order') {
        if (texts.some(({ note }) => !note)) report('it does not explain the order: > …')
        return
      }
      const right = quiz.type === 'one' ? [quiz.answer] : quiz.answers
      for (const answer of right) if (answer >= first) report(`there is no option ${answer}`)
      if (new Set(right).size < right.length) report('an answer is named twice')
      texts.forEach(({ options }, language) =>
        options.forEach(({ explanation }, option) => {
          if (right.includes(option) === !explanation) return
          const wrong = explanation ? 'is right, but explained as if it were wrong' : 'is wrong, but has no explanation'
          report(`option ${option} ${wrong}`, `${languages[language]}.md`)
        }),
      )
    },
    bug: async ({ lab, mend }, texts, report) => {
      if (texts.some(({ note }) => !note)) report('it has no hint: > …')
      await this.#open(lab, report)
      const before = this.#situation
      if (!before) return
      if (!before.lab.goal) report('its lab has no goal')
      const repaired = edited(before.lab, mend)
      if (!repaired) report('its mend does not give a lab')
      else if (repaired === before.lab) report('its mend changes nothing')
      else {
        const [problem] = analysisOf(repaired)?.problems ?? []
        if (problem) report(`the repaired lab cannot be trained: ${problem.code}`)
        this.#enter({ ...before, lab: repaired })
      }
    },
    words: (_, texts, report) => {
      if (texts.some(({ body }) => !body)) report('it asks nothing')
    },
  }

  /** What a condition is about exists in the lab. */
  #subject(condition: Condition, report: Report): void {
    const situation = this.#situation
    if (!situation || !this.#analysis) return
    const { nodes } = situation.lab.graph
    const hasNode = (id: string): boolean => nodes.some((node) => node.id === id)
    const about = 'node' in condition ? condition.node : null
    if (about !== null && !hasNode(about)) report(`the lab has no block “${about}”`)
    if (condition.is === 'step' && condition.atLeast > situation.lab.training.steps) {
      report(`the lab is trained for ${situation.lab.training.steps} steps only`)
    }
    if (condition.is === 'step' || condition.is === 'metric') {
      const [problem] = this.#analysis.problems
      if (problem) report(`the lab cannot be trained: ${problem.code}`)
    }
    if (condition.is === 'muted') {
      const gates = Object.values(this.#analysis.nodes).flatMap((node) => node.gates)
      const gate = gates.find(({ name }) => name === condition.gate)
      if (!gate) report(`the lab has no gate “${condition.gate}”`)
      else if ((condition.index ?? 0) >= gate.size) report(`the gate “${condition.gate}” has ${gate.size} parts`)
    }
  }
}

/** Null for tasks that read the learner's own data. */
function analysisOf(lab: LabDocument): Analysis | null {
  const { spec } = createTask(lab.task, null)
  return analyse(lab, spec.signature)
}

/** The bugs of a lesson, which the longer check trains. */
export const bugsOf = (folder: LessonFolder): readonly PieceOf<'bug'>[] =>
  Object.values(folder.facts.pieces).filter((piece: Piece) => piece.kind === 'bug')
