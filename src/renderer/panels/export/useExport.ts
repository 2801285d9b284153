/** What the dialog of exports asks for, its plan, and what became of it. */
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { scaleOf } from '@core/blocks/adapters'
import type { Certificate, ExportPlan, ExportRequest, ExportTarget, FloatType } from '@core/contract/exchange'
import type { Progress } from '@core/contract/progress'
import { toProblem, type Problem } from '@core/errors'
import { exportName } from '../../api/file-name'
import { download } from '../../api/files'
import { useHost } from '../../api/host'
import { localText } from '../../locales'
import { useAnalysis } from '../../stores/analysis'
import { useLab } from '../../stores/lab'
import { useRun } from '../../stores/run'
import { useTime } from '../../stores/time'

/** Which weights: of the run on screen, or those that its lab begins with. */
export const weightChoices = ['newest', 'best', 'shown', 'untrained'] as const
export type WeightChoice = (typeof weightChoices)[number]

export interface Exported {
  readonly name: string
  readonly certificate: Certificate | null
}

export function useExport(open: Ref<boolean>) {
  const host = useHost()
  const lab = useLab()
  const run = useRun()
  const time = useTime()
  const analysis = useAnalysis()

  const to = ref<ExportTarget>('onnx')
  const weights = ref<WeightChoice>('newest')
  const dtype = ref<FloatType>('F32')
  const attention = ref(false)
  const apart = ref(false)
  const verify = ref(false)

  const plan = shallowRef<ExportPlan | null>(null)
  const progress = shallowRef<Progress | null>(null)
  const exported = shallowRef<Exported | null>(null)
  const problem = shallowRef<Problem | null>(null)

  const choices = computed(() =>
    weightChoices.filter((choice) => {
      if (choice === 'untrained') return true
      return run.model !== null && (choice === 'shown' ? time.step !== null : true)
    }),
  )
  /** Whether the model or the lab has low-rank adapters. */
  const hasAdapters = computed(() =>
    [run.graph, analysis.expanded?.graph].some((graph) => graph?.nodes.some(({ params }) => scaleOf(params) !== null)),
  )
  const request = computed((): ExportRequest | null => {
    const kept = apart.value ? ({ adapters: 'apart' } as const) : {}
    const options = { dtype: dtype.value, attention: attention.value, ...kept }
    const chosen = choices.value.includes(weights.value) ? weights.value : 'untrained'
    if (chosen !== 'untrained' && run.model !== null) {
      const at = chosen === 'shown' ? (time.step ?? 'newest') : chosen
      return { model: { kind: 'run', run: run.model, at }, to: to.value, options }
    }
    const { document, dataId } = lab
    return document && { model: { kind: 'lab', lab: document, data: dataId }, to: to.value, options }
  })

  let asked = new AbortController()
  /** Ends what is being asked, and forgets what was found. */
  function reset(): AbortSignal {
    asked.abort()
    asked = new AbortController()
    ;[plan.value, progress.value, exported.value, problem.value] = [null, null, null, null]
    return asked.signal
  }
  async function attempt(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!signal.aborted) problem.value = toProblem(error)
    }
  }

  watch(
    [open, request],
    ([isOpen, wanted]) => {
      const signal = reset()
      if (!isOpen || !wanted) return
      void attempt(signal, async () => {
        const found = await host.call['exchange.plan'](wanted, { signal })
        if (!signal.aborted) plan.value = found
      })
    },
    { immediate: true },
  )
  watch(open, (isOpen) => {
    if (isOpen) weights.value = time.step !== null ? 'shown' : run.model !== null ? 'newest' : 'untrained'
  })

  async function perform(): Promise<void> {
    const [wanted, { signal }] = [request.value, asked]
    if (!wanted || !plan.value) return
    const title = lab.document ? localText(lab.document.title) : ''
    const isVerified = verify.value && plan.value.verifiable
    ;[exported.value, problem.value, progress.value] = [null, null, { done: 0, of: 0 }]
    await attempt(signal, async () => {
      const onPart = (part: Progress): void => {
        if (!signal.aborted) progress.value = part
      }
      const done = await host.call['exchange.export']({ ...wanted, verify: isVerified }, { signal, onPart })
      if (signal.aborted) return
      const name = exportName(title, wanted.to, done.extension)
      download(name, done.bytes, 'application/octet-stream')
      exported.value = { name, certificate: done.certificate }
    })
    if (!signal.aborted) progress.value = null
  }
  /** Ends an export in progress; the plan stays. */
  function cancel(): void {
    const known = plan.value
    reset()
    plan.value = known
  }

  return {
    to,
    weights,
    choices,
    dtype,
    attention,
    apart,
    hasAdapters,
    verify,
    plan,
    progress,
    exported,
    problem,
    perform,
    cancel,
  }
}
