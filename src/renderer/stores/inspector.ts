/** State of the inspector. The tab is kept while the selection changes; a newly added block starts with its settings. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export type InspectorTab = 'settings' | 'live' | 'arithmetic' | 'weights' | 'inside'

export const useInspector = defineStore('inspector', () => ({
  tab: shallowRef<InspectorTab>('settings'),
  /** Whether advanced settings are expanded. */
  showsAdvanced: shallowRef(false),
}))
