/**
 * Which panels are open. In wide windows the choice is stored. In narrow ones, side panels are drawers, one at a time, and in short ones
 * the bottom panel starts closed; there the choice is not stored.
 */
import { useWindowSize } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { useLessons } from './lessons'
import { panelLimits, useSettings, type Panel } from './settings'

/** Below these sizes in CSS pixels, panels take too much of the canvas. Projector mode has larger text and needs more. */
const least = { width: 1100, height: 560 }
const projected = { width: 1400, height: 660 }

/** Width of the left panel while a lesson is open: a lesson needs more than the list of blocks. In CSS pixels, like `leastCanvas`. */
const lessonLimits = { min: 320, usual: 440, max: 720 }
const leastCanvas = 320

export const usePanels = defineStore('panels', () => {
  const settings = useSettings()
  const lessons = useLessons()
  const { width, height } = useWindowSize()
  const limits = computed(() => (settings.projector ? projected : least))
  const narrow = computed(() => width.value < limits.value.width)
  const short = computed(() => height.value < limits.value.height)
  /** The side panel open as a drawer in a narrow window. */
  const drawer = ref<'left' | 'right' | null>(null)
  /** Whether the bottom panel is open in a short window. */
  const lower = ref(false)
  watch([narrow, short], () => {
    drawer.value = null
    lower.value = false
  })

  function isOpen(panel: Panel): boolean {
    if (panel === 'bottom' && short.value) return lower.value
    if (panel !== 'bottom' && narrow.value) return drawer.value === panel
    return !settings.layout[panel].collapsed
  }
  function setOpen(panel: Panel, open: boolean): void {
    if (panel === 'bottom' && short.value) lower.value = open
    else if (panel !== 'bottom' && narrow.value) drawer.value = open ? panel : drawer.value === panel ? null : drawer.value
    else settings.layout[panel].collapsed = !open
  }
  const toggle = (panel: Panel): void => setOpen(panel, !isOpen(panel))

  const lessonWidth = ref(lessonLimits.usual)
  const isLesson = (panel: Panel): boolean => panel === 'left' && lessons.lesson !== null
  const limitsOf = (panel: Panel) => (isLesson(panel) ? lessonLimits : panelLimits[panel])
  function sizeOf(panel: Panel): number {
    if (!isLesson(panel)) return settings.layout[panel].size
    const room = width.value - leastCanvas - (isOpen('right') ? settings.layout.right.size : 0)
    return Math.max(lessonLimits.min, Math.min(lessonWidth.value, room))
  }
  function resize(panel: Panel, size: number): void {
    const { min, max } = limitsOf(panel)
    const within = Math.round(Math.min(max, Math.max(min, size)))
    if (isLesson(panel)) lessonWidth.value = within
    else settings.layout[panel].size = within
  }
  return { narrow, short, isOpen, setOpen, toggle, limitsOf, sizeOf, resize }
})
