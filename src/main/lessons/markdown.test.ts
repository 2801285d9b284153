/** Lessons as text: screens, pieces, what they link to, and mistakes with the line they are in. */
import { describe, expect, it } from 'vitest'
import type { MarkdownError } from './markdown'
import { readMarkdown } from './markdown'

const begin = '# Title\n\n> In one sentence.\n\n'

describe('the text of a lesson', () => {
  it('has a title, a summary and screens of text and pieces', () => {
    const { title, summary, screens, pieces } = readMarkdown(
      `${begin}## First\n\nText *here*.\n\n::: do wire\nWire it.\n\n> A hint.\n:::\n\nMore.\n\n## Second\n`,
    )
    expect([title, summary]).toEqual(['Title', 'In one sentence.'])
    expect(screens).toEqual([
      {
        title: 'First',
        parts: [
          { html: '<p>Text <em>here</em>.</p>' },
          { piece: 'wire', texts: { body: '<p>Wire it.</p>', options: [], note: '<p>A hint.</p>' } },
          { html: '<p>More.</p>' },
        ],
      },
      { title: 'Second', parts: [] },
    ])
    expect(pieces).toEqual([{ id: 'wire', kind: 'do', line: 9 }])
  })

  it('reads options with their explanations', () => {
    const text = `${begin}## S\n\n::: quiz q\nWhich?\n\n1. *one*\n\n   Too small.\n\n   Really.\n\n2. two\n:::\n`
    const [part] = readMarkdown(text).screens[0]!.parts
    expect(part).toMatchObject({
      texts: {
        options: [
          { label: '<em>one</em>', explanation: '<p>Too small.</p>\n<p>Really.</p>' },
          { label: 'two', explanation: '' },
        ],
      },
    })
  })

  it('writes formulas as MathML, without a style sheet', () => {
    const [part] = readMarkdown(`${begin}## S\n\nDivide by $\\sqrt{d_k}$.\n`).screens[0]!.parts
    expect(part).toMatchObject({ html: expect.stringContaining('<msqrt><msub><mi>d</mi><mi>k</mi></msub></msqrt>') as string })
    expect(JSON.stringify(part)).not.toContain('katex-html')
  })

  it('marks figures and terms, and lists them', () => {
    const { screens, links } = readMarkdown(`${begin}## S\n\nThe [score](term:score) is [](figure:a/b/loss).\n`)
    expect(screens[0]!.parts[0]).toEqual({
      html: '<p>The <a href="term:score">score</a> is <data value="a/b/loss"></data>.</p>',
    })
    expect(links).toEqual([
      { target: 'term:score', line: 7 },
      { target: 'figure:a/b/loss', line: 7 },
    ])
  })

  it.each([
    ['HTML', '<img src=x onerror=alert(1)> <script>alert(1)</script>'],
    ['a link to a page', '[here](https://example.org)'],
    ['a script as a link', '[here](javascript:alert(1))'],
    ['a picture', '![a picture](https://example.org/a.png)'],
    ['an address', '<https://example.org>'],
  ])('shows %s as plain text', (_, markdown) => {
    const html = JSON.stringify(readMarkdown(`${begin}## S\n\n${markdown}\n`).screens)
    expect(html).not.toMatch(/<(img|script|a|iframe)\b/)
  })

  it('finds numbers that are bound to nothing', () => {
    const text = 'It is 97.1 % of `12`, $3$ or [](figure:a/b/loss); GPT-2 (Radford et al. 2019), 40％, d2 and 1,024.'
    expect(readMarkdown(`${begin}## S\n\n${text}\n`).numbers.map((each) => each.text)).toEqual(['97.1 %', '40', '1,024.'])
  })

  it.each([
    ['', 1, 'title'],
    ['## S\n', 1, 'title'],
    ['# T\n\n## S\n', 3, 'quotation'],
    [`${begin}Text\n`, 5, 'heading'],
    [`${begin}## S\n\nGood.\n\nA $\\frac{1}$ here.\n`, 9, 'KaTeX'],
  ])('says in which line %j is wrong', (text, line, about) => {
    expect(() => readMarkdown(text)).toThrow(
      expect.objectContaining({ line, detail: expect.stringContaining(about) as string }) as MarkdownError,
    )
  })
})
