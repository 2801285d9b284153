/**
 * Which panels are open. Wide windows keep the person's choice for the next start. In a narrow one the panels at the sides lie over the
 * canvas, one at a time, and in a short one the panel below begins closed: there the choice lasts as long as the page.
 */
import { useWindowSize } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { useSettings, type Panel } from './settings'

/** Below these sizes, in CSS pixels, panels leave too little of the canvas; letters are larger for a projector. */
const least = { width: 1100, height: 560 }
const projected = { width: 1400, height: 660 }

export const usePanels = defineStore('panels', () => {
  const settings = useSettings()
  const { width, height } = useWindowSize()
  const limits = computed(() => (settings.projector ? projected : least))
  const narrow = computed(() => width.value < limits.value.width)
  const short = computed(() => height.value < limits.value.height)
  /** The panel that lies over the canvas of a narrow window. */
  const drawer = ref<'left' | 'right' | null>(null)
  /** Whether a short window shows the panel below. */
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
  return { narrow, short, isOpen, setOpen, toggle }
})
