/** What the person has chosen for this machine: language, look and layout. Kept in localStorage. */
import { useLocalStorage, usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed } from 'vue'

export type Language = 'en' | 'zh'
export type Theme = 'light' | 'dark' | 'system'
export type Panel = 'left' | 'right' | 'bottom'

/** Smallest, usual and largest size in CSS pixels. */
export const panelLimits: Record<Panel, { min: number; usual: number; max: number }> = {
  left: { min: 160, usual: 216, max: 420 },
  right: { min: 280, usual: 372, max: 720 },
  bottom: { min: 160, usual: 248, max: 560 },
}

export const useSettings = defineStore('settings', () => {
  const language = useLocalStorage<Language>('attention-lab.language', navigator.language.startsWith('zh') ? 'zh' : 'en')
  const theme = useLocalStorage<Theme>('attention-lab.theme', 'system')
  const projector = useLocalStorage('attention-lab.projector', false)
  const layout = useLocalStorage<Record<Panel, { size: number; collapsed: boolean }>>('attention-lab.layout', {
    left: { size: panelLimits.left.usual, collapsed: false },
    right: { size: panelLimits.right.usual, collapsed: false },
    bottom: { size: panelLimits.bottom.usual, collapsed: false },
  })

  const prefersDark = usePreferredDark()
  const dark = computed(() => theme.value === 'dark' || (theme.value === 'system' && prefersDark.value))

  function resize(panel: Panel, size: number): void {
    const { min, max } = panelLimits[panel]
    layout.value[panel].size = Math.round(Math.min(max, Math.max(min, size)))
  }
  function toggle(panel: Panel): void {
    layout.value[panel].collapsed = !layout.value[panel].collapsed
  }
  return { language, theme, projector, layout, dark, resize, toggle }
})
