/** State of the inspector. The tab is kept while the selection changes; a newly added block starts with its settings. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { startFocus, type Focus } from '../inspectors/focus'

export type InspectorTab = 'settings' | 'live' | 'arithmetic' | 'weights' | 'inside'

export const useInspector = defineStore('inspector', () => ({
  tab: shallowRef<InspectorTab>('settings'),
  /** The position shown inside the selected block; another block starts anew. */
  focus: shallowRef<Focus>(startFocus),
  /** Whether advanced settings are expanded. */
  showsAdvanced: shallowRef(false),
}))
