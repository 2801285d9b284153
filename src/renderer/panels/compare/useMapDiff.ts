/** Two maps of two runs for the same input, each at its own step, and their difference. */
import { computed, ref, shallowRef, watch } from 'vue'
import type { LookInput } from '@core/contract/look'
import { useHost } from '../../api/host'
import { differenceOf, distanceOf, figuresOf } from '../../charts/difference'
import { sizeOf } from '../../charts/matrix'
import { useAsking } from '../../stores/asking'
import { useRunModels } from '../../stores/run-models'
import { lookOnce } from './lookOnce'
import { leadingOf, matrixIn, mismatchOf, tensorsOf, type KnownTensor } from './tensors'
import type { ComparedLab } from './usePair'
import { useRunLook, type LookQuestion } from './useRunLook'

type Indices = Readonly<Record<string, number>>

/** `isShown`: models are looked at only then. */
export function useMapDiff(
  pair: { readonly before: () => ComparedLab | undefined; readonly after: () => ComparedLab | undefined },
  isShown: () => boolean,
) {
  const host = useHost()
  const known = useRunModels()
  watch(
    () => (isShown() ? [pair.before(), pair.after()] : []),
    (runs) => {
      for (const run of runs) if (run) known.want(run)
    },
    { immediate: true },
  )
  const modelOf = (run: ComparedLab | undefined) => (run ? (known.models.get(run.run) ?? null) : null)
  const models = { a: computed(() => modelOf(pair.before())), b: computed(() => modelOf(pair.after())) }
  const tensors = {
    a: computed(() => (models.a.value ? tensorsOf(models.a.value) : [])),
    b: computed(() => (models.b.value ? tensorsOf(models.b.value) : [])),
  }

  const input = shallowRef<LookInput>({ sample: 0 })
  const chosen = { a: ref<string | null>(null), b: ref<string | null>(null) }
  const tensorA = computed(() => {
    const all = tensors.a.value
    return all.find(({ name }) => name === chosen.a.value) ?? all.find(({ kind }) => kind === 'attention') ?? all[0] ?? null
  })
  /** That of the same name, unless another is chosen; else one that may be comparable. */
  const tensorB = computed(() => {
    const [all, of] = [tensors.b.value, tensorA.value]
    if (!of) return null
    const alike = all.filter(({ kind }) => kind === of.kind)
    const find = (fits: (tensor: KnownTensor) => boolean) => alike.find(fits)
    return (
      all.find(({ name }) => name === chosen.b.value) ??
      find(({ name }) => name === of.name) ??
      find(({ shape }) => shape.join() === of.shape.join()) ??
      alike[0] ??
      null
    )
  })
  const ownAt = { a: ref<Indices>({}), b: ref<Indices | null>(null) }
  /** Indices on the leading axes; those of B follow A until they are chosen. */
  const within = (tensor: KnownTensor | null, at: Indices): Indices =>
    tensor
      ? Object.fromEntries(leadingOf(tensor).map(({ axis, size }) => [axis, Math.min(at[axis] ?? 0, Math.max(0, size - 1))]))
      : {}
  const atA = computed({ get: () => within(tensorA.value, ownAt.a.value), set: (at) => (ownAt.a.value = at) })
  const atB = computed({
    get: () => within(tensorB.value, ownAt.b.value ?? ownAt.a.value),
    set: (at) => (ownAt.b.value = at),
  })
  const step = { a: ref<number | null>(null), b: ref<number | null>(null) }
  watch(
    () => pair.before()?.run,
    () => (step.a.value = null),
  )
  watch(
    () => pair.after()?.run,
    () => (step.b.value = null),
  )
  function choose(side: 'a' | 'b', name: string): void {
    chosen[side].value = name
    if (side === 'a') [chosen.b.value, ownAt.a.value, ownAt.b.value] = [null, {}, null]
    else ownAt.b.value = null
  }

  const questionOf = (
    run: ComparedLab | undefined,
    tensor: KnownTensor | null,
    slice: Indices,
    at: number | null,
  ): LookQuestion | null =>
    isShown() && run && tensor
      ? { run: run.run, step: at, look: { inputs: [input.value], values: [{ name: tensor.name, slice }] } }
      : null
  const looks = {
    a: useRunLook(() => questionOf(pair.before(), tensorA.value, atA.value, step.a.value)),
    b: useRunLook(() => questionOf(pair.after(), tensorB.value, atB.value, step.b.value)),
  }
  const problem = computed(() => {
    for (const run of [pair.before(), pair.after()]) {
      const unknown = run && known.problems.get(run.run)
      if (unknown) return unknown
    }
    return looks.a.problem.value ?? looks.b.problem.value
  })
  function retry(): void {
    for (const look of [looks.a, looks.b]) if (look.problem.value) look.retry()
  }

  const sides = computed(() => {
    const [a, b] = [looks.a.answered.value, looks.b.answered.value]
    const [ofA, ofB] = [tensorA.value, tensorB.value]
    if (!models.a.value || !models.b.value || !a || !b || !ofA || !ofB) return null
    const [left, right] = [matrixIn(models.a.value, ofA, a.look), matrixIn(models.b.value, ofB, b.look)]
    if (!left || !right) return null
    return { a: left, b: right, kind: ofA.kind, steps: { a: a.look.step, b: b.look.step } }
  })
  const mismatch = computed(() => sides.value && mismatchOf(sides.value.a, sides.value.b, sides.value.kind))
  const difference = computed(() => {
    if (!sides.value || mismatch.value) return null
    const matrix = differenceOf(sides.value.a.matrix, sides.value.b.matrix)
    return { matrix, ...figuresOf(matrix) }
  })

  const asking = useAsking()
  const closest = shallowRef<{ readonly distance: number } | null>(null)
  watch([input, tensorA, atA, step.a, step.b, () => pair.after()?.run], () => {
    asking.cancel()
    closest.value = null
  })
  /** Among all heads of B, chooses the one whose map has the smallest distance from the map of A. */
  const findClosest = (): Promise<void> =>
    asking.ask(
      async ({ signal, onPart }) => {
        const [of, model, run] = [sides.value?.a, models.b.value, pair.after()]
        let best: { name: string; at: Indices; distance: number } | null = null
        const candidates = tensors.b.value.filter(({ kind }) => kind === 'attention')
        for (const [index, tensor] of candidates.entries()) {
          if (!of || !model || !run) break
          const asked = { run: run.run, step: step.b.value, input: input.value, values: [{ name: tensor.name }] }
          const look = await lookOnce(host, asked, signal)
          const heads = sizeOf(look.values[tensor.name] ?? { axes: [], shape: [], data: new Float32Array() }, 'head')
          for (let head = 0; head < heads; head++) {
            const map = matrixIn(model, tensor, look, { head })
            if (!map || mismatchOf(of, map, 'attention')) continue
            const distance = distanceOf(of.matrix, map.matrix)
            if (!best || distance < best.distance) best = { name: tensor.name, at: { head }, distance }
          }
          await onPart?.({ done: index + 1, of: candidates.length })
        }
        return best
      },
      (best) => {
        if (!best) return
        chosen.b.value = best.name
        ownAt.b.value = best.at
        closest.value = best
      },
    )
  return {
    ...{ input, models, tensors, tensorA, tensorB, atA, atB, step, choose, problem, retry },
    ...{ sides, mismatch, difference, asking, closest, findClosest },
  }
}
