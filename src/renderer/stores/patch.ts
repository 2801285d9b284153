/** Activation patching: two inputs A and B side by side, and the effect of each activation of A on the answer for B. */
import { dequal } from 'dequal/lite'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { LookInput, Seen } from '@core/contract/look'
import type { PatchRow } from '@core/contract/patch'
import { toProblem, type Problem } from '@core/errors'
import type { TaskSpec } from '@core/tasks/types'
import { decode, encode } from '@core/tokenisers'
import { useHost } from '../api/host'
import { useLab } from './lab'
import { useLooks } from './looks'
import { useMeasured } from './measured'
import { useMutes } from './mutes'
import { useRun } from './run'
import { stable } from './stable'

export type SequenceName = 'tokens' | 'source'

/** An input as tokens; `tokens` is null where the model is to generate them from the source. */
export interface PatchSide {
  readonly tokens: readonly number[] | null
  readonly source: readonly number[] | null
  /** Indices of tokens that the tokeniser does not know. */
  readonly unknown: Readonly<Record<SequenceName, readonly number[]>>
  /** Parts of the typed text that have no token. */
  readonly leftOut: readonly string[]
}

/** A place of the map. */
export interface PatchCell {
  readonly row: number
  readonly position: number
}

export const usePatch = defineStore('patch', () => {
  const host = useHost()
  const lab = useLab()
  const run = useRun()
  const looks = useLooks()
  const mutes = useMutes()

  const isOpen = ref(false)
  const a = shallowRef<PatchSide | null>(null)
  const b = shallowRef<PatchSide | null>(null)
  /** Where the answer is read; null for where it differs most. */
  const position = ref<number | null>(null)
  /** Why a typed text was not taken. */
  const typingProblem = shallowRef<Problem | null>(null)
  /** The chosen place; null for the one with the largest effect. */
  const chosen = shallowRef<PatchCell | null>(null)

  /** Both, as they are asked about; null if there are none or they are the same. */
  const inputs = stable(() => {
    const { spec } = run
    if (!isOpen.value || !spec || !a.value || !b.value || !isChanged.value) return null
    return { a: inputOf(spec, a.value), b: inputOf(spec, b.value) }
  })

  const isChanged = computed(() => a.value !== null && b.value !== null && !dequal(contentOf(a.value), contentOf(b.value)))

  const { result, outdated, progress, busy, problem, evaluate, cancel } = useMeasured(
    isOpen,
    (model) => inputs.value && { model, patch: { ...inputs.value, position: position.value, mutes: mutes.applied } },
    (question, options) => host.call['models.patch'](question, options),
  )

  /** The place shown below the map. */
  const cell = computed((): PatchCell | null => {
    const rows = result.value?.rows ?? []
    const kept = chosen.value
    if (kept && kept.position < (rows[kept.row]?.effects.length ?? 0)) return kept
    return strongest(rows)
  })

  /** Both inputs are the sample or own input that is on screen. */
  function take(seen: Seen): void {
    const side: PatchSide = {
      tokens: [...seen.tokens],
      source: seen.source && [...seen.source],
      unknown: { tokens: seen.unknown, source: seen.unknownInSource },
      leftOut: seen.leftOut ?? [],
    }
    a.value = b.value = side
    position.value = null
    chosen.value = typingProblem.value = null
  }
  /** Replaces one token of B. */
  function change(sequence: SequenceName, at: number, id: number): void {
    const side = b.value
    if (!side) return
    const replaced = side[sequence]?.map((each, place) => (place === at ? id : each)) ?? null
    const unknown = { ...side.unknown, [sequence]: side.unknown[sequence].filter((place) => place !== at) }
    b.value = { ...side, [sequence]: replaced, unknown }
  }
  /** Reads a typed text as the task does. B keeps what it is where it still has as many tokens; otherwise it becomes the same. */
  function type(which: 'a' | 'b', sequence: SequenceName, text: string): void {
    const { spec } = run
    const before = which === 'a' ? a.value : b.value
    if (!spec || !before) return
    typingProblem.value = null
    try {
      const side = typed(spec, before, sequence, text)
      if (which === 'b') b.value = side
      else {
        if (!b.value || lengthOf(b.value) !== lengthOf(side) || !isChanged.value) b.value = side
        a.value = side
      }
      chosen.value = null
    } catch (error) {
      typingProblem.value = toProblem(error)
    }
  }
  function swap(): void {
    ;[a.value, b.value] = [b.value, a.value]
    chosen.value = null
  }

  // Tokens of another task mean something else.
  watch(
    () => run.model,
    () => {
      a.value = b.value = null
      position.value = null
      chosen.value = typingProblem.value = null
    },
    { flush: 'sync' },
  )
  watch(
    () => lab.opened,
    () => (isOpen.value = false),
  )
  // The first inputs are what is on screen.
  watch([isOpen, () => looks.seen, a], ([open, seen, first]) => {
    if (open && first === null && seen && run.model !== null) take(seen)
  })
  watch(isOpen, (open) => looks.want('patch', open ? { values: [] } : null), { immediate: true })

  return {
    ...{ isOpen, a, b, inputs, position, typingProblem, isChanged, chosen, cell },
    ...{ result, outdated, progress, busy, problem, evaluate, cancel, take, change, type, swap },
  }
})

const contentOf = ({ tokens, source }: PatchSide) => ({ tokens, source })
const lengthOf = ({ tokens, source }: PatchSide): string => [tokens?.length ?? '', source?.length ?? ''].join()

function typed({ tokeniser, source, signature }: TaskSpec, before: PatchSide, sequence: SequenceName, text: string): PatchSide {
  const own = sequence === 'source' ? (source ?? tokeniser) : tokeniser
  const found = encode(own, text, 'leave out')
  // A text of nothing else is refused, naming it.
  const { ids, unknown, leftOut } = found.ids.length === 0 ? encode(own, text) : found
  // A generated sequence belongs to its source, and begins with its own token.
  if (sequence === 'source') return { tokens: null, source: ids, unknown: { tokens: [], source: unknown }, leftOut }
  const begin = signature.written ? [signature.written.begin] : []
  const shifted = unknown.map((place) => place + begin.length)
  const tokens = signature.written && ids.length === 0 ? null : [...begin, ...ids]
  return { ...before, tokens, unknown: { ...before.unknown, tokens: shifted }, leftOut }
}

function inputOf(spec: TaskSpec, { tokens, source }: PatchSide): LookInput {
  if (tokens === null) return { text: '', source: source && decode(spec.source ?? spec.tokeniser, source) }
  return { tokens: [...tokens], source: source && [...source] }
}

/** The place with the largest effect; the last one among equals, which is nearest to the answer. */
function strongest(rows: readonly PatchRow[]): PatchCell | null {
  let best: PatchCell | null = null
  let most = -Infinity
  rows.forEach(({ effects, head }, row) =>
    effects.forEach((effect, position) => {
      // A head says more than a block, whose output is all of them and what was before.
      const weight = Math.abs(effect) - (head === null ? 1 : 0)
      if (weight >= most) [best, most] = [{ row, position }, weight]
    }),
  )
  return best
}
