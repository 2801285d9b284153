/** What a pupil does now, in words. */
import { useI18n } from 'vue-i18n'
import type { PupilView } from '@core/contract/class'
import { formatCount, formatPercent } from '../../charts/format'
import { plainText } from '../../lessons/plain'
import { useLessons } from '../../stores/lessons'

export function usePupilState() {
  const { t } = useI18n()
  const lessons = useLessons()
  const titleOf = (id: string): string => plainText(lessons.list.find((each) => each.id === id)?.title ?? id)
  const accuracyOf = ({ run }: PupilView): string | null =>
    run === null || run.accuracy === null ? null : formatPercent(run.accuracy)

  return {
    /** Title of a lesson. */
    titleOf,
    /** Validation accuracy of the last run; null where there is none. */
    accuracyOf,
    /** One line: the step of a run, else its result, else the lesson. */
    stateOf(pupil: PupilView): string {
      const { run, lesson, isConnected } = pupil
      if (!isConnected) return t('class.away')
      if (run?.state === 'running') return t('class.trains', { step: formatCount(run.step), steps: formatCount(run.steps) })
      return accuracyOf(pupil) ?? (lesson ? titleOf(lesson.id) : t('class.begins'))
    },
    /** State of the last run. */
    runOf({ run }: PupilView): string {
      if (!run) return t('training.state.none')
      if (run.state === 'running') return t('class.trains', { step: formatCount(run.step), steps: formatCount(run.steps) })
      return run.state === 'queued' ? t('class.queued') : t(`training.state.${run.state}`)
    },
    /** Why help may be needed; empty where it is not. */
    reasonsOf: ({ help }: PupilView): string => help.map((reason) => t(`class.reasons.${reason}`)).join(t('canvas.listComma')),
  }
}
