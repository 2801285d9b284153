/** The page “What goes where” (docs/export.md): which blocks each format takes, as the plans of exports say. */
import { format, resolveConfig } from 'prettier'
import { blocks } from '@core/blocks'
import { exportTargets, type ExportTarget } from '@core/contract/exchange'
import type { Problem } from '@core/errors'
import blocksEn from '@core/locales/en/blocks.json'
import exchangeEn from '@core/locales/en/exchange.json'
import blocksZh from '@core/locales/zh/blocks.json'
import exchangeZh from '@core/locales/zh/exchange.json'
import { textsIn } from '../../texts'
import { planExport } from '../export'
import type { ExportSource } from '../source'
import { kindsOf } from './labs'

const options = { dtype: 'F32', attention: false } as const
const languages = { en: textsIn('en'), zh: textsIn('zh') }

interface Cell {
  /** At least one lab with the block can be exported. */
  readonly isTaken: boolean
  /** What is said of the block itself. */
  readonly notes: readonly Problem[]
}

interface Found {
  readonly cells: ReadonlyMap<string, Cell>
  /** What is said of whole models. */
  readonly general: readonly Problem[]
  readonly files: readonly string[]
}

const blockIn = ({ node, params }: Problem): string => node ?? String(params['node'] ?? '')

async function find(to: ExportTarget, sources: readonly ExportSource[]): Promise<Found> {
  const cells = new Map<string, Cell>(blocks.map(({ kind }) => [kind, { isTaken: false, notes: [] }]))
  const general: Problem[] = []
  const files = new Set<string>()
  for (const source of sources) {
    const plan = await planExport(source, to, options)
    const kinds = kindsOf(source.lab)
    for (const { path } of plan.files) files.add(path)
    for (const kind of new Set(kinds.values())) {
      const { isTaken, notes } = cells.get(kind)!
      const own = [...plan.refused, ...plan.missing].filter((problem) => kinds.get(blockIn(problem)) === kind)
      cells.set(kind, { isTaken: isTaken || plan.refused.length === 0, notes: [...notes, ...own] })
    }
    general.push(...[...plan.refused, ...plan.missing].filter((problem) => !kinds.has(blockIn(problem))))
  }
  return { cells, general, files: [...files] }
}

/** Numbers differ from lab to lab. */
const sentence = ({ code }: Problem, language: 'en' | 'zh'): string =>
  languages[language].problem({ code, params: { length: 'N', weight: '…', count: 'N', dtype: '…' } })

/** Markdown, as prettier formats it. */
export async function whereEverythingGoes(sources: readonly ExportSource[]): Promise<string> {
  const notes: string[] = []
  const sign = (problem: Problem): string => {
    const text = `${sentence(problem, 'en')} ${sentence(problem, 'zh')}`
    if (!notes.includes(text)) notes.push(text)
    return `(${notes.indexOf(text) + 1})`
  }
  const signs = (problems: readonly Problem[]): string => [...new Set(problems.map(sign))].join(' ')
  const found = new Map<ExportTarget, Found>()
  for (const to of exportTargets) found.set(to, await find(to, sources))
  const { targets } = exchangeEn
  const head = exportTargets.map((to) => targets[to])
  const rows = blocks.map(({ kind }) => {
    const name = `${blocksEn[kind].name} · ${blocksZh[kind].name}`
    const cells = exportTargets.map((to) => {
      const { isTaken, notes: own } = found.get(to)!.cells.get(kind)!
      return [isTaken ? '✓' : '–', signs(own)].filter(Boolean).join(' ')
    })
    return `| ${[name, ...cells].join(' | ')} |`
  })
  const formats = exportTargets.map((to) => {
    const { files, general } = found.get(to)!
    const about = `${exchangeEn.about[to]} ${exchangeZh.about[to]}`
    return `| ${[targets[to], about, files.map((file) => `\`${file}\``).join(', '), signs(general)].join(' | ')} |`
  })
  const text = `# What goes where · 导出对照表

<!-- Made from the plans of exports by where.test.ts, which says how; do not edit. -->

How models leave: \`attention-lab export LAB --to FORMAT\`, or “${exchangeEn.title}” in the window. A certificate (\`--verify\`) says how far a copy agrees.
模型的导出方式：\`attention-lab export LAB --to FORMAT\`，或窗口中的“${exchangeZh.title}”。证书（\`--verify\`）说明副本与模型的一致程度。

| Format · 格式 | | Files · 文件 | Notes · 说明 |
| --- | --- | --- | --- |
${formats.join('\n')}

| Block · 模块 | ${head.join(' | ')} |
| --- | ${head.map(() => ':-:').join(' | ')} |
${rows.join('\n')}

${notes.map((note, index) => `${index + 1}. ${note}`).join('\n')}
`
  return format(text, { ...(await resolveConfig(import.meta.filename)), parser: 'markdown' })
}
