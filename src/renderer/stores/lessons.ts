/** Lessons: the course, the open lesson, and how far the learner is in each. Kept by the host after every change. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Course, Lesson, LessonError, LessonSummary, Part, Piece, Reference } from '@core/lessons/format'
import { isStep } from '@core/lessons/format'
import { noProgress, type LessonProgress } from '@core/lessons/progress'
import { useHost } from '../api/host'
import { createKeeper } from '../api/keeper'
import { useNotices } from './notices'
import { useSettings } from './settings'

/** A piece where it stands in the lesson. */
export interface PlacedPiece {
  readonly id: string
  readonly screen: number
  readonly piece: Piece
}

/** Survives a reload of the window. */
const openKey = 'attention-lab.lesson'

export const useLessons = defineStore('lessons', () => {
  const host = useHost()
  const settings = useSettings()
  const notices = useNotices()

  const list = shallowRef<readonly LessonSummary[]>([])
  const course = shallowRef<Course | null>(null)
  const reference = shallowRef<Reference | null>(null)
  const lesson = shallowRef<Lesson | null>(null)
  const all = shallowRef<Readonly<Record<string, LessonProgress>>>({})
  /** The tab of the left panel while a lesson is open. */
  const tab = ref<'lesson' | 'blocks'>('lesson')
  /** Whether the whole lesson is on the page, to be printed. */
  const printing = ref(false)

  async function load(): Promise<void> {
    const { language } = settings
    const id = lesson.value?.id
    const [listed, read] = await Promise.all([
      host.call['lessons.list']({ language }),
      id === undefined ? null : host.call['lessons.read']({ id, language }),
    ])
    if (language !== settings.language) return // asked again meanwhile
    list.value = listed.lessons
    course.value = listed.course
    reference.value = listed.reference
    if (read && lesson.value?.id === id) lesson.value = read
  }
  /** What was changed here and is not on disk yet is newer than what the host knows. */
  let recalled: Promise<void> | undefined
  async function recall(): Promise<void> {
    all.value = { ...(await host.call['progress.recall']({})), ...all.value }
  }
  host.onConnected(() => {
    void notices.attempt(load)
    recalled ??= notices.attempt(recall)
  })
  watch(
    () => settings.language,
    () => void notices.attempt(load),
  )

  /** What is wrong with a teacher's own lessons, which are loaded again whenever their folder changes. */
  const errors = shallowRef<readonly LessonError[]>([])
  host.stream(
    'lessons.watch',
    {},
    {
      onPart(part) {
        errors.value = part.errors
        if (part.changes > 0) void notices.attempt(load)
      },
      onFailure: notices.report,
    },
  )
  const errorsOf = (id: string): readonly LessonError[] => errors.value.filter((each) => each.lesson === id)

  const progress = computed(() => progressOf(lesson.value?.id ?? ''))
  const progressOf = (id: string): LessonProgress => all.value[id] ?? noProgress
  const keeper = createKeeper<string, LessonProgress | null>(
    host,
    (id, kept) => host.call['progress.keep']({ lesson: id, progress: kept }),
    (error) => host.state.value === 'connected' && notices.fail(error),
  )
  function change(part: Partial<LessonProgress>): void {
    if (!lesson.value) return
    const { id } = lesson.value
    all.value = { ...all.value, [id]: { ...progressOf(id), ...part, time: Date.now() } }
    keeper.keep(id, () => all.value[id] ?? null)
  }

  const screens = computed(() => lesson.value?.screens ?? [])
  /** A lesson may have become shorter since it was left. */
  const screen = computed(() => Math.min(progress.value.screen, Math.max(0, screens.value.length - 1)))
  const pieces = computed<readonly PlacedPiece[]>(() =>
    screens.value.flatMap(({ parts }, index) =>
      parts.flatMap((part: Part) => {
        const piece = 'piece' in part ? lesson.value?.pieces[part.piece] : undefined
        return piece && 'piece' in part ? [{ id: part.piece, screen: index, piece }] : []
      }),
    ),
  )
  const steps = computed(() => pieces.value.filter(({ piece }) => isStep(piece.kind)).map(({ id }) => id))
  const done = computed<ReadonlySet<string>>(() => new Set(progress.value.done))
  /** The last screen that the learner has seen. */
  const reached = computed(() =>
    Math.max(screen.value, ...pieces.value.filter(({ id }) => done.value.has(id)).map((piece) => piece.screen)),
  )
  const place = (id: string): PlacedPiece | undefined => pieces.value.find((piece) => piece.id === id)

  function go(to: number): void {
    if (to >= 0 && to < screens.value.length && to !== screen.value) change({ screen: to })
  }
  function complete(id: string): void {
    if (!done.value.has(id) && place(id)) change({ done: [...progress.value.done, id] })
  }
  const answerOf = (id: string): unknown => progress.value.answers[id]
  const answer = (id: string, value: unknown): void => change({ answers: { ...progress.value.answers, [id]: value } })
  function startOver(): void {
    if (!lesson.value) return
    const { id } = lesson.value
    all.value = Object.fromEntries(Object.entries(all.value).filter(([name]) => name !== id))
    keeper.keep(id, () => all.value[id] ?? null)
  }

  /** Throws LabError where there is no such lesson. */
  async function open(id: string): Promise<void> {
    const { language } = settings
    const [read] = await Promise.all([host.call['lessons.read']({ id, language }), recalled])
    lesson.value = read
    tab.value = 'lesson'
    if (language !== settings.language) await load()
  }
  function close(): void {
    lesson.value = null
  }
  watch(
    () => lesson.value?.id,
    (id) => (id === undefined ? sessionStorage.removeItem(openKey) : sessionStorage.setItem(openKey, id)),
  )
  /** Opens the lesson that was open before the window was reloaded, if there was one. */
  async function resume(): Promise<void> {
    const id = sessionStorage.getItem(openKey)
    if (id !== null && !lesson.value) await open(id)
  }

  return {
    ...{
      list,
      errors,
      errorsOf,
      course,
      reference,
      lesson,
      all,
      progress,
      tab,
      printing,
      screens,
      screen,
      pieces,
      steps,
      done,
      reached,
    },
    ...{ load, progressOf, place, go, complete, answerOf, answer, startOver, open, close, resume },
  }
})
