/** User settings of this machine: language, theme and layout. Stored by the host. */
import { usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watchEffect } from 'vue'
import { z } from 'zod'
import { usualMoments } from '@core/contract/runs'
import { useRemembered } from '../api/memory'

const languages = z.enum(['en', 'zh'])
export type Language = z.infer<typeof languages>
const themes = z.enum(['light', 'dark', 'system'])
export type Theme = z.infer<typeof themes>
export type Panel = 'left' | 'right' | 'bottom'

/** Minimum, default and maximum size in CSS pixels. */
export const panelLimits: Record<Panel, { min: number; usual: number; max: number }> = {
  left: { min: 160, usual: 216, max: 420 },
  right: { min: 280, usual: 372, max: 720 },
  bottom: { min: 160, usual: 248, max: 560 },
}

const panelState = z.object({ size: z.number(), collapsed: z.boolean() })
const layouts = z.object({ left: panelState, right: panelState, bottom: panelState })

export const useSettings = defineStore('settings', () => {
  const language = useRemembered('language', languages, navigator.language.startsWith('zh') ? 'zh' : 'en')
  const theme = useRemembered('theme', themes, 'system')
  const projector = useRemembered('projector', z.boolean(), false)
  /** Megabytes on the disk for the moments of each run. */
  const moments = useRemembered('moments', z.number().int().min(0).max(100_000), usualMoments)
  const layout = useRemembered('layout', layouts, {
    left: { size: panelLimits.left.usual, collapsed: false },
    right: { size: panelLimits.right.usual, collapsed: false },
    bottom: { size: panelLimits.bottom.usual, collapsed: false },
  })

  // Read by look.js before the first paint of the next load; a cache only, the host has the settings.
  watchEffect(() => {
    localStorage.setItem('attention-lab.theme', theme.value)
    localStorage.setItem('attention-lab.projector', String(projector.value))
  })

  const prefersDark = usePreferredDark()
  const dark = computed(() => theme.value === 'dark' || (theme.value === 'system' && prefersDark.value))

  function resize(panel: Panel, size: number): void {
    const { min, max } = panelLimits[panel]
    layout.value[panel].size = Math.round(Math.min(max, Math.max(min, size)))
  }
  return { language, theme, projector, moments, layout, dark, resize }
})
