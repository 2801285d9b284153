/** What the teacher sees of a pupil: lesson, last run, and why help may be needed. */
import type { HelpReason, PupilView } from '@core/contract/class'
import type { LessonQuestions } from '@core/classroom/rubric/define'
import { numbersOf } from '@core/lessons/marking'
import type { Workspace } from '../service/workspaces'
import type { Pupil } from './roll'

/** What the desk knows besides the pupil's workspace; times in milliseconds. */
export interface Presence {
  readonly isConnected: boolean
  readonly isAsking: boolean
  readonly lastSeen: number
  readonly now: number
}

/** Milliseconds without anything done after which a connected pupil may need help. */
const idleAfter = 8 * 60_000
const mostWrong = 3

/** `questions` are those of the course, by lesson. */
export async function viewOf(
  { id, name }: Pupil,
  space: Workspace,
  { isConnected, isAsking, lastSeen, now }: Presence,
  questions: Readonly<Record<string, LessonQuestions>>,
): Promise<Omit<PupilView, 'handedIn'>> {
  const progress = Object.entries(await space.progress.recall())
  const [current] = progress.sort(([, a], [, b]) => b.time - a.time)
  const run = space.runs.list().at(-1)
  const outline = run && (await run.overview())
  const { status } = run ?? {}
  const active = Math.max(current?.[1].time ?? 0, lastSeen)
  const asked = questions[current?.[0] ?? '']
  // The options that were tried; other kinds of questions keep the last answer only.
  const isWrong = (answer: unknown, piece: string): boolean =>
    asked?.[piece]?.quiz.type === 'one' && numbersOf(answer).length >= mostWrong && !current?.[1].done.includes(piece)
  const help: HelpReason[] = [
    ...(isAsking ? ['asked' as const] : []),
    ...(status?.state === 'failed' ? ['failed' as const] : []),
    ...(current && Object.entries(current[1].answers).some(([piece, answer]) => isWrong(answer, piece))
      ? ['wrong-answers' as const]
      : []),
    ...(isConnected && status?.state !== 'running' && active > 0 && now - active > idleAfter ? ['idle' as const] : []),
  ]
  return {
    ...{ id, name, isConnected, help },
    lesson: current ? { id: current[0], screen: current[1].screen, done: current[1].done.length } : null,
    run:
      status && outline
        ? {
            ...{ state: status.state, step: status.step, steps: status.steps, problem: status.problem },
            title: outline.title,
            accuracy: outline.evaluation?.metrics.accuracy ?? null,
          }
        : null,
  }
}
