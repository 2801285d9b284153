/** The attention map of one head over all kept steps of the run, saved as an animated picture. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Look } from '@core/contract/look'
import type { Progress } from '@core/contract/progress'
import type { CallOptions } from '@core/contract/table'
import { download } from '../api/files'
import { useHost } from '../api/host'
import { cividis } from '../charts/colourMaps'
import { mapFilm, type FilmFrame } from '../charts/map-film'
import { matrixOf } from '../charts/matrix'
import { useTheme } from '../charts/theme'
import { useAxisName } from '../charts/useAxisName'
import type { ChartAction } from '../charts/useSaving'
import { useAsking } from '../stores/asking'
import { useLooks } from '../stores/looks'
import { useMutes } from '../stores/mutes'
import { useNotices } from '../stores/notices'
import { useRun } from '../stores/run'
import { useTime } from '../stores/time'
import { useNode } from './useNode'

export function useMapFilm(node: () => string, head: () => number) {
  const { t } = useI18n()
  const host = useHost()
  const mutes = useMutes()
  const run = useRun()
  const time = useTime()
  const looks = useLooks()
  const notices = useNotices()
  const theme = useTheme()
  const axisName = useAxisName()
  const { tokens, keyTokens } = useNode(node)
  const { progress, busy, ask, cancel, problem } = useAsking()

  async function frames({ signal, onPart }: CallOptions<Progress>): Promise<FilmFrame[]> {
    const { model } = run
    if (model === null) return []
    await time.load()
    const steps = time.moments?.steps ?? []
    const name = `${node()}/attention`
    const look = { inputs: [looks.chosen], mutes: mutes.applied, values: [{ name, slice: { head: head() } }] }
    const found: FilmFrame[] = []
    for (const [index, step] of steps.entries()) {
      let seen: Look | undefined
      const options = { ...(signal && { signal }), onPart: (part: Look) => void (seen = part) }
      await host.call['models.look']({ model: { run: model, step, nearest: true }, look }, options)
      const tensor = seen?.values[name]
      const sizes = [tokens.value.length || Infinity, keyTokens.value.length || Infinity] as const
      if (seen && tensor) found.push({ step: seen.step, matrix: matrixOf(tensor, {}, ...sizes) })
      void onPart?.({ done: index + 1, of: steps.length })
    }
    return found
  }
  async function save(found: readonly FilmFrame[]): Promise<void> {
    if (found.length === 0) {
      notices.tell('time.noFilm')
      return
    }
    const scale = { kind: 'sequential', min: 0, max: 1 } as const
    const labels = { rowLabels: tokens.value, columnLabels: keyTokens.value }
    const axes = { rowAxis: axisName('query'), columnAxis: axisName('key') }
    const look = { scale, table: cividis, theme: theme.value, ...labels, ...axes }
    const bytes = await mapFilm(found, look, t('training.stepLabel'))
    download(`${t('inspector.attentionOf', { head: head() + 1 })}.png`, bytes, 'image/png')
  }
  const start = (): void => void ask(frames, (found) => void save(found))

  const actions = computed((): ChartAction[] =>
    run.model === null || busy.value ? [] : [{ label: 'saveFilm', perform: start }],
  )
  return { progress, busy, problem, cancel, actions }
}
