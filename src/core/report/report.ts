/** The report of a run or of a comparison of runs: one HTML file without scripts that opens anywhere offline, to read, print and hand in. */
import { markup, type Markup } from '../markup'
import { formatCount } from '../numbers'
import { classTable } from './classes'
import { curvesSection } from './curves'
import { graphSection } from './graphs'
import { resultTable } from './results'
import { nameOfRun, type ReportRun } from './run'
import { settingsSection } from './settings'
import { sign } from './sign'
import { style } from './style'
import { textIn, type ReportTexts } from './texts'

export interface ReportRequest {
  readonly runs: readonly ReportRun[]
  /** The computer on which the report is written, as in measurements. */
  readonly machine: string
  readonly version: string
  readonly date: Date
}

/** All texts of people, such as names and notes, are escaped; the policy in the file forbids scripts and requests besides. */
export function writeReport(request: ReportRequest, texts: ReportTexts): string {
  const { runs } = request
  const { t, language } = texts
  const [first] = runs
  const title = runs.length === 1 && first ? nameOfRun(first, texts) : t('report.comparison', { count: runs.length })
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
  const head = markup`<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light"><title>${title}</title><style>${style}</style>`
  const sections = [
    aboutRuns(runs, texts),
    resultTable(runs, texts),
    curvesSection(runs, texts),
    settingsSection(runs, texts),
    graphSection(runs, texts),
    ...runs.map((run) => classTable(run, runs.length > 1, texts)),
  ]
  const body = markup`<header><h1>${title}</h1><p class="facts">${t('report.made', { date: dateText(request.date, language), version: request.version })}</p></header><main>${sections}</main>${provenance(request, texts)}`
  return `<!doctype html>\n<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head>${head.text}</head><body>${body.text}</body></html>\n`
}

const dateText = (date: Date, language: ReportTexts['language']): string =>
  new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { dateStyle: 'long', timeStyle: 'short' }).format(date)

/** What each run is called, what it trains, and what its user noted. */
function aboutRuns(runs: readonly ReportRun[], texts: ReportTexts): Markup {
  const { t, has, language } = texts
  const about = runs.map((run, index) => {
    const { lab, label, status, begun } = run
    const facts = [
      t('report.lab', { title: textIn(texts, lab.title) }),
      t('report.task', { task: has(`tasks.${lab.task.kind}.name`) ? t(`tasks.${lab.task.kind}.name`) : lab.task.kind }),
      ...(begun === null ? [] : [t('report.begun', { date: dateText(new Date(begun), language) })]),
      t(`training.state.${status.state}`, { place: status.queue ?? 1 }),
      ...(status.forkedFrom ? [t('time.forked', { step: formatCount(status.forkedFrom.step) })] : []),
      ...(run.summary?.endedEarly ? [t('report.endedEarly')] : []),
    ].join(' · ')
    const summary = textIn(texts, lab.summary)
    const tags = label.tags.map((tag) => markup`<span class="tag">${tag}</span> `)
    return markup`${runs.length > 1 ? markup`<h3>${sign(run.letter, index)} ${nameOfRun(run, texts)}</h3>` : null}<p class="facts">${facts}</p>${summary === '' ? null : markup`<p>${summary}</p>`}${tags.length === 0 ? null : markup`<p>${tags}</p>`}${label.note === '' ? null : markup`<p class="note">${label.note}</p>`}${run.problem === null ? null : markup`<p class="facts">${run.problem}</p>`}`
  })
  return markup`<section><h2>${t(runs.length > 1 ? 'report.runs' : 'report.run')}</h2>${about}</section>`
}

function provenance({ runs, machine, version }: ReportRequest, { t }: ReportTexts): Markup {
  const lines = runs.map(({ letter, status, summary }) => {
    const hash = summary ? ` · ${t('report.hash', { hash: summary.stateHash.slice(0, 16) })}` : ''
    const place = status.place === 'page' ? ` · ${t('report.inPage')}` : ''
    return markup`<p>${letter}: ${t('report.id', { run: status.run })} · ${t('report.engine', { engine: status.engine })}${place}${hash}</p>`
  })
  return markup`<footer><p>${t('report.machine', { machine })} · Attention Lab ${version}</p>${lines}<p>${t('report.reproducible')}</p></footer>`
}
