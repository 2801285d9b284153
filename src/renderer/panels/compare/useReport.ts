/** Saves runs as one HTML report: of a single run, or of a comparison. */
import { newAbort } from '@core/contract/cancel'
import { noLabel } from '@core/contract/run-label'
import type { RunOverview, RunPart } from '@core/contract/runs'
import { writeReport } from '@core/report/report'
import { nameOfRun, type ReportRun } from '@core/report/run'
import { RunSeries } from '@core/series/series'
import { fileName } from '../../api/file-name'
import { download } from '../../api/files'
import { useHost } from '../../api/host'
import { useProblem } from '../../locales/problems'
import { useReportTexts } from '../../locales/report'
import { useNotices } from '../../stores/notices'

export function useReport() {
  const host = useHost()
  const notices = useNotices()
  const sentence = useProblem()
  const texts = useReportTexts()

  /** Everything that is recorded of a run so far. */
  async function recordOf(run: string): Promise<RunPart> {
    const abort = newAbort()
    let found: RunPart = {}
    const onPart = (part: RunPart): void => {
      found = part
      abort.abort()
    }
    await host.call['runs.follow']({ run }, { signal: abort.signal, onPart }).catch((error: unknown) => {
      if (!abort.signal.aborted) throw error
    })
    return found
  }
  async function read({ status: listed, label, begun }: RunOverview, letter: string): Promise<ReportRun> {
    const { run } = listed
    const [{ lab }, part] = await Promise.all([host.call['runs.read']({ run }), recordOf(run)])
    const status = part.status ?? listed
    const series = new RunSeries()
    series.add(part.series ?? {})
    const problem = status.problem && sentence(status.problem)
    return { letter, lab, label: label ?? noLabel, status, summary: part.summary ?? null, series, begun, problem }
  }
  /** In the language of the page. */
  const save = (overviews: readonly RunOverview[]): Promise<void> =>
    notices.attempt(async () => {
      const { machine, version } = await host.call['host.describe']({})
      const runs = await Promise.all(overviews.map((overview, index) => read(overview, String.fromCharCode(65 + index))))
      const html = writeReport({ runs, machine, version, date: new Date() }, texts)
      const [first] = runs
      const title = runs.length === 1 && first ? nameOfRun(first, texts) : texts.t('report.comparison', { count: runs.length })
      download(fileName(title, 'report'), html, 'text/html')
    }, 'report')
  return { save }
}
