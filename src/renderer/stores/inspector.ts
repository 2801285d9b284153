/** Which of the inspector's tabs is shown. It stays while one block after another is selected; a block that was just added begins with its settings. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export type InspectorTab = 'settings' | 'live' | 'arithmetic' | 'weights' | 'inside'

export const useInspector = defineStore('inspector', () => ({
  tab: shallowRef<InspectorTab>('settings'),
  /** Whether settings are shown that are mostly left as they are. */
  showsAdvanced: shallowRef(false),
}))
