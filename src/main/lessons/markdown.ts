/** The words of a lesson: Markdown without HTML, with formulas, terms, figures and named pieces. */
import { container } from '@mdit/plugin-container'
import { tex } from '@mdit/plugin-tex'
import katex from 'katex'
import MarkdownIt, { type Token } from 'markdown-it'
import type { Html, Part, PieceTexts, Screen } from '@core/lessons/format'

/** A mistake in the text: what is wrong, and in which line, counted from 1. */
export class MarkdownError extends Error {
  constructor(
    readonly detail: string,
    readonly line: number,
  ) {
    super(`line ${line}: ${detail}`)
  }
}

/** A named piece, as it stands in the text. */
export interface PlacedPiece {
  readonly id: string
  readonly kind: string
  readonly line: number
}

export interface LessonText {
  readonly title: Html
  readonly summary: Html
  readonly screens: readonly Screen[]
  /** In the order of the text. */
  readonly pieces: readonly PlacedPiece[]
  /** What the text links to: `term:ID` and `figure:NAME`. */
  readonly links: readonly { readonly target: string; readonly line: number }[]
  /** Numbers outside of formulas, code and figures. */
  readonly numbers: readonly { readonly text: string; readonly line: number }[]
}

/** The name of a container is the kind of its piece; any word is taken, so that a wrong one gets a sentence. */
const opening = /^([a-z]+)\s+(\S+)\s*$/

/** MathML, which needs neither the fonts nor the style sheet of KaTeX. */
const formula = (source: string, displayMode: boolean): Html =>
  katex.renderToString(source, { output: 'mathml', throwOnError: true, displayMode })

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false })
  .use(tex, { render: formula })
  .use(container, { name: 'piece', validate: (info) => opening.test(info.trim()) })
// Nothing is loaded and nothing is left: the only links are terms of the glossary and figures.
markdown.validateLink = (url) => /^(term|figure):/.test(url)
markdown.disable(['image', 'autolink', 'html_inline', 'html_block'])
markdown.renderer.rules['link_open'] = (tokens, index, options, _, self) => {
  const figure = figureOf(tokens[index])
  return figure === null ? self.renderToken(tokens, index, options) : `<data value="${markdown.utils.escapeHtml(figure)}">`
}
markdown.renderer.rules['link_close'] = (tokens, index, options, _, self) =>
  figureOf(openingOf(tokens, index)) === null ? self.renderToken(tokens, index, options) : '</data>'

const targetOf = (link: Token | undefined): string => link?.attrGet('href') ?? ''
const figureOf = (link: Token | undefined): string | null => {
  const target = targetOf(link)
  return target.startsWith('figure:') ? target.slice('figure:'.length) : null
}

/** Links do not nest, so the last one that was opened is the one that is closed. */
const openingOf = (tokens: readonly Token[], index: number): Token | undefined =>
  tokens.slice(0, index).findLast(({ type }) => type === 'link_open')

/**
 * A text has a heading of level 1, a quotation that sums it up in one sentence, and screens, each with a heading of level 2. Throws
 * MarkdownError.
 */
export function readMarkdown(source: string): LessonText {
  const tokens = markdown.parse(source, {})
  const reader = new Reader(tokens)
  return { ...reader.read(), ...linksAndNumbers(tokens) }
}

const lineOf = ({ map }: Token): number => (map?.[0] ?? 0) + 1

/** Goes through the blocks of the text once. */
class Reader {
  #at = 0
  readonly #pieces: PlacedPiece[] = []

  constructor(private readonly tokens: readonly Token[]) {}

  read(): Pick<LessonText, 'title' | 'summary' | 'screens' | 'pieces'> {
    const title = this.#heading('h1', 'the text must begin with a title: # …')
    const quotation = this.#block()
    if (quotation[0]?.type !== 'blockquote_open') {
      throw new MarkdownError(
        'below the title, a quotation sums up the lesson in one sentence: > …',
        lineOf(quotation[0] ?? this.tokens[0]!),
      )
    }
    const summary = this.#render(quotation.slice(2, -2))
    const screens: Screen[] = []
    while (this.#at < this.tokens.length) screens.push(this.#screen())
    return { title, summary, screens, pieces: this.#pieces }
  }

  #screen(): Screen {
    const title = this.#heading('h2', 'each screen begins with a heading: ## …')
    const parts: Part[] = []
    let html: Token[] = []
    const flush = (): void => {
      if (html.length > 0) parts.push({ html: this.#render(html) })
      html = []
    }
    for (let next = this.tokens[this.#at]; next && next.tag !== 'h2'; next = this.tokens[this.#at]) {
      const block = this.#block()
      if (next.type !== 'container_piece_open') {
        html.push(...block)
        continue
      }
      flush()
      const [, kind = '', id = ''] = opening.exec(next.info.trim()) ?? []
      this.#pieces.push({ id, kind, line: lineOf(next) })
      parts.push({ piece: id, texts: this.#texts(block.slice(1, -1)) })
    }
    flush()
    return { title, parts }
  }

  /** Paragraphs, a list of options, and a quotation: each paragraph of an option below its first one explains it. */
  #texts(tokens: readonly Token[]): PieceTexts {
    const inner = new Reader(tokens)
    const body: Token[] = []
    const options: { label: Html; explanation: Html }[] = []
    let note: Html = ''
    while (inner.#at < tokens.length) {
      const [first, ...rest] = inner.#block()
      if (first?.type === 'blockquote_open') note += this.#render(rest.slice(0, -1))
      else if (first && /^(ordered|bullet)_list_open$/.test(first.type)) options.push(...this.#options(rest.slice(0, -1)))
      else if (first) body.push(first, ...rest)
    }
    return { body: this.#render(body), options, note }
  }

  #options(items: readonly Token[]): { label: Html; explanation: Html }[] {
    const inner = new Reader(items)
    const options: { label: Html; explanation: Html }[] = []
    while (inner.#at < items.length) {
      const item = new Reader(inner.#block().slice(1, -1))
      const label = item.#block().filter(({ type }) => type === 'inline')
      options.push({ label: this.#render(label), explanation: this.#render(item.tokens.slice(item.#at)) })
    }
    return options
  }

  #heading(tag: string, expected: string): Html {
    const [open, inline] = this.#block()
    if (open?.tag !== tag || !inline) throw new MarkdownError(expected, open ? lineOf(open) : 1)
    return this.#render([inline])
  }

  /** The next block with all that it holds. */
  #block(): readonly Token[] {
    const start = this.#at
    let depth = 0
    do depth += this.tokens[this.#at++]?.nesting ?? 0
    while (depth > 0 && this.#at < this.tokens.length)
    return this.tokens.slice(start, this.#at)
  }

  #render(tokens: readonly Token[]): Html {
    try {
      return rendered(tokens)
    } catch (error) {
      const wrong = tokens.find((token) => token.map && token.nesting === 0 && !canBeRendered(token)) ?? tokens[0]!
      throw new MarkdownError(error instanceof Error ? error.message : String(error), lineOf(wrong))
    }
  }
}

const rendered = (tokens: readonly Token[]): Html => markdown.renderer.render([...tokens], markdown.options, {}).trim()
function canBeRendered(token: Token): boolean {
  try {
    rendered([token])
    return true
  } catch {
    return false
  }
}

/** A number in running text. Names such as GPT-2 and years in parentheses, as of a paper, are none. */
const number = /(?<![\p{L}\p{N}-])\d[\d.,]*(?:\s?%)?/gu
const year = /[(（][^()（）]*\b(19|20)\d\d[^()（）]*[)）]/g

function linksAndNumbers(tokens: readonly Token[]): Pick<LessonText, 'links' | 'numbers'> {
  const links: { target: string; line: number }[] = []
  const numbers: { text: string; line: number }[] = []
  let line = 1
  let inFigure = false
  for (const token of tokens) {
    if (token.map) line = lineOf(token)
    for (const child of token.children ?? []) {
      if (child.type === 'link_open') {
        inFigure = figureOf(child) !== null
        links.push({ target: targetOf(child), line })
      } else if (child.type === 'link_close') inFigure = false
      else if (child.type === 'text' && !inFigure) {
        for (const [text] of child.content.replace(year, '').matchAll(number)) numbers.push({ text, line })
      }
    }
  }
  return { links, numbers }
}
