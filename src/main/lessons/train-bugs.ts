/** Trains the broken lab of every bug hunt before and after its mend: it must miss the goal, and then reach it. */
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import type { MeasureName } from '@core/experiments/measures'
import { measureName } from '@core/experiments/measures'
import type { LessonError } from '@core/lessons/format'
import { createBench } from '../experiments/run'
import type { Labs } from '../service/labs'
import type { Spawn } from '../service/spawn'
import { bugsOf } from './check'
import { readLessons } from './lessons'
import { edited, findLessonLab } from './situation'

/** `onLesson` is called before each. Throws what training throws. */
export async function trainBugs(
  directory: string,
  labs: Labs,
  spawn: Spawn,
  onLesson: (title: string) => void,
  interrupted: AbortSignal,
): Promise<readonly LessonError[]> {
  const { folders } = await readLessons(directory)
  const bench = createBench(spawn, 'auto')
  const end = (): void => bench.end()
  interrupted.addEventListener('abort', end, { once: true })
  const errors: LessonError[] = []
  try {
    for (const folder of folders) {
      for (const bug of bugsOf(folder)) {
        if (interrupted.aborted) return errors
        onLesson(folder.id)
        const broken = await findLessonLab(bug.lab, folder, labs)
        const repaired = edited(broken, bug.mend)
        const report = (detail: string): unknown => errors.push({ lesson: folder.id, file: 'lesson.json', detail })
        if (await reached(broken)) report(`“${bug.lab}” reaches its goal although it is broken`)
        if (repaired === null || !(await reached(repaired))) report(`“${bug.lab}” misses its goal after the mend`)
      }
    }
  } catch (error) {
    if (!interrupted.aborted) throw error
  } finally {
    interrupted.removeEventListener('abort', end)
    end()
  }
  return errors

  /** A model that fails to train, for example because its loss is NaN, does not reach its goal. */
  async function reached(lab: LabDocument): Promise<boolean> {
    const { goal, training } = lab
    if (!goal) return false
    const measure = measureName.parse(goal.metric) satisfies MeasureName
    const job = { lab, before: null, seed: training.seed, steps: Math.min(goal.steps, training.steps), measures: [measure] }
    try {
      const value = (await bench.measure(job, () => undefined))[measure]
      return typeof value === 'number' && value >= goal.atLeast
    } catch (error) {
      if (error instanceof LabError && error.code.startsWith('run.') && !interrupted.aborted) return false
      throw error
    }
  }
}
