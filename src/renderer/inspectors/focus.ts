import { computed, type Ref } from 'vue'

/** The position chosen inside the selected block; kept when switching tabs or samples. */
export interface Focus {
  readonly head: number
  /** The query, or the token shown. */
  readonly row: number
  /** The key. */
  readonly column: number
}
export const startFocus: Focus = { head: 0, row: 0, column: 0 }

/** The chosen row within a sequence, and the tokens as choices: numbered, because the same one may occur several times. */
export function useRow(focus: Ref<Focus>, tokens: Readonly<Ref<readonly string[]>>) {
  const row = computed({
    get: () => Math.max(0, Math.min(focus.value.row, tokens.value.length - 1)),
    set: (index) => (focus.value = { ...focus.value, row: index }),
  })
  const places = computed(() => numbered(tokens.value))
  return { row, places }
}
export const numbered = (tokens: readonly string[]): string[] => tokens.map((token, place) => `${place}  ${token}`)
