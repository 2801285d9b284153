/** Actions on lessons: opening one, moving through it, and taking it out of the window. */
import { nextTick } from 'vue'
import { BookOpen, ChevronLeft, ChevronRight, FileDown, Printer, RotateCcw, X } from '@lucide/vue'
import { inBoth } from '../locales'
import { download } from '../api/files'
import { savedLesson } from '../lessons/page'
import { plainText } from '../lessons/plain'
import { useLessonLab } from '../stores/lesson-lab'
import { useLessons } from '../stores/lessons'
import { usePanels } from '../stores/panels'
import { usePrompts } from '../stores/prompts'
import type { Action } from './action'
import { focusSoon } from './focus'

const isLessonOpen = (): boolean => useLessons().lesson !== null

export const lessonActions = [
  {
    id: 'lesson.next',
    section: 'lessons',
    icon: ChevronRight,
    enabled: () => isLessonOpen() && useLessons().screen < useLessons().screens.length - 1,
    perform: () => go(1),
  },
  {
    id: 'lesson.previous',
    section: 'lessons',
    icon: ChevronLeft,
    enabled: () => useLessons().screen > 0,
    perform: () => go(-1),
  },
  {
    id: 'lesson.startOver',
    section: 'lessons',
    icon: RotateCcw,
    enabled: isLessonOpen,
    perform: () => (usePrompts().overlay = 'start-over'),
  },
  { id: 'lesson.print', section: 'lessons', icon: Printer, enabled: isLessonOpen, perform: print },
  { id: 'lesson.save', section: 'lessons', icon: FileDown, enabled: isLessonOpen, perform: save },
  { id: 'lesson.close', section: 'lessons', icon: X, enabled: isLessonOpen, perform: () => useLessons().close() },
  { id: 'lesson.glossary', section: 'lessons', icon: BookOpen, perform: () => (usePrompts().overlay = 'glossary') },
] as const satisfies readonly Action[]

/** One action per lesson. */
export const openLessonActions = (): Action[] =>
  useLessons().list.map(({ id, title, question }) => {
    const name = plainText(title)
    return {
      id: `lesson.open.${id}`,
      section: 'lessons',
      icon: BookOpen,
      label: inBoth('lessons.openNamed', { name }),
      names: [name, id, ...(question === undefined ? [] : [String(question)])],
      perform: () => openLesson(id),
    }
  })

/** Opens a lesson beside the canvas, with its first lab if the canvas shows none. */
export async function openLesson(id: string): Promise<void> {
  await useLessons().open(id)
  usePrompts().closeChooser()
  showLesson()
  await useLessonLab().begin()
}
/** After a reload of the window. */
export async function resumeLesson(): Promise<void> {
  await useLessons().resume()
  await useLessonLab().resume()
}

export function showLesson(): void {
  useLessons().tab = 'lesson'
  usePanels().setOpen('left', true)
  focusSoon('[data-lesson-title]')
}

function go(by: number): void {
  const lessons = useLessons()
  lessons.go(lessons.screen + by)
  showLesson()
}

/** The whole lesson is put on the page for as long as it is printed. */
async function print(): Promise<void> {
  const lessons = useLessons()
  lessons.printing = true
  await nextTick()
  window.print()
  lessons.printing = false
}
function save(): void {
  const { lesson } = useLessons()
  if (lesson) download(`${lesson.id}.html`, savedLesson(lesson), 'text/html')
}
