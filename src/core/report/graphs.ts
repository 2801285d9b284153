/** The graphs of runs in a report: each one once, with marks of what differs from the first. */
import { graphDiff } from '../graph/diff'
import { markup, type Markup } from '../markup'
import { graphPicture } from './graph-picture'
import { nameOfRun, type ReportRun } from './run'
import { settingTexts } from './setting-texts'
import { sign } from './sign'
import type { ReportTexts } from './texts'

export function graphSection(runs: readonly ReportRun[], texts: ReportTexts): Markup {
  const { t } = texts
  const { blockName } = settingTexts(texts)
  const [first, ...others] = runs
  if (!first) return markup``
  const drawn: { readonly run: ReportRun; readonly index: number; letters: readonly { letter: string; index: number }[] }[] = []
  for (const [index, run] of [first, ...others].entries()) {
    const same = drawn.find((each) => hasSameGraph(each.run, run))
    if (same) same.letters = [...same.letters, { letter: run.letter, index }]
    else drawn.push({ run, index, letters: [{ letter: run.letter, index }] })
  }
  const figures = drawn.map(({ run, index, letters }) => {
    const marks = index === 0 ? null : graphDiff(first.lab.graph, run.lab.graph).after
    const name = t('compare.graphOf', { letter: run.letter, name: nameOfRun(run, texts) })
    const picture = graphPicture(run.lab.graph, {
      ...{ name, marks, wireMark: 'added' },
      nameOf: (node) => blockName(run.lab.graph, node, true),
    })
    const signs = letters.map((each) => markup`${sign(each.letter, each.index)} `)
    const heading = runs.length === 1 ? null : markup`<h3>${signs}</h3>`
    return markup`<figure>${heading}${picture}${marks ? markup`<figcaption>${removedText(first, run, texts)}</figcaption>` : null}</figure>`
  })
  const note = runs.length > 1 && drawn.length === 1 ? markup`<p>${t('report.sameGraph')}</p>` : null
  return markup`<section><h2>${t('compare.graph')}</h2>${note}${figures}</section>`
}

function hasSameGraph(a: ReportRun, b: ReportRun): boolean {
  const { before, after } = graphDiff(a.lab.graph, b.lab.graph)
  return [before, after].every(({ nodes, wires }) => nodes.size === 0 && wires.size === 0)
}

/** Blocks that only the first graph has cannot be marked in another one. */
function removedText(first: ReportRun, run: ReportRun, texts: ReportTexts): string {
  const { titleOf } = settingTexts(texts)
  const { graph } = first.lab
  const { nodes, wires } = graphDiff(graph, run.lab.graph).before
  const removed = graph.nodes.filter(({ id }) => nodes.get(id) === 'removed').map(({ id }) => titleOf(graph, graph.nodes, id))
  const separator = texts.language === 'zh' ? '、' : ', '
  const blocks =
    removed.length === 0 ? [] : [texts.t('report.removed', { letter: first.letter, blocks: removed.join(separator) })]
  const added = graphDiff(graph, run.lab.graph).after.wires.size
  return [...blocks, texts.t('compare.wires', { removed: wires.size, added })].join(' · ')
}
