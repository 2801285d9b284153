/** Looks at a model: what it makes of some inputs, and the values that are asked for. */
import type { Look, LookInput, LookRequest, Seen, Slice, Tensor } from '@core/contract/look'
import { LabError } from '@core/errors'
import { sizeOf } from '@core/program/shapes'
import type { Signature } from '@core/signature'
import type { Batch } from '@core/tasks/types'
import { encode, type Tokeniser } from '@core/tokenisers'
import { batchFeeds, requireGate } from '@engine/feeds'
import type { Model } from '@engine/model'
import type { Subject } from '@engine/training'

interface Given {
  readonly batch: Batch
  readonly isOwn: boolean
  readonly unknown: readonly number[]
  readonly unknownInSource: readonly number[]
}

/** Changes no state. Throws LabError for inputs or mutes that do not fit. */
export async function lookAt({ model, task }: Subject, { inputs, focus, mutes, values }: LookRequest): Promise<Look> {
  if (focus >= inputs.length) throw new LabError('look.focus', { focus, count: inputs.length })
  const given = inputs.map((input) => givenBatch({ model, task }, input))
  const { program, executable } = model.program('inspect', { batch: inputs.length })
  const gates = new Map(Object.entries(mutes).map(([name, gate]) => [name, requireGate(program, name, gate)]))
  const probes = program.probes.filter(({ name }) => values.some((value) => value.name === name))
  const wanted = ['predictions', ...probes.map(({ name }) => `probe/${name}`)]
  const outputs = await executable.run(batchFeeds(program, joined(given.map(({ batch }) => batch)), gates), wanted)
  const predictions = outputs.get('predictions')!
  const size = predictions.length / inputs.length

  const known = new Map<string, Tensor>()
  for (const { name, axes, value } of probes) {
    const data = Float32Array.from(outputs.get(`probe/${name}`)!)
    known.set(name, axes[0] === 'batch' ? rowOf({ axes, shape: value.shape, data }, focus) : { axes, shape: value.shape, data })
  }
  const states = model.weights.filter(({ name }) => values.some((value) => value.name === name))
  const read = model.states.read(states.map(({ name }) => name))
  for (const { name, value } of states) {
    known.set(name, { axes: value.shape.map((_, axis) => `axis ${axis}`), shape: value.shape, data: read.get(name)! })
  }
  return {
    step: model.step,
    seen: given.map((each, row) => seenOf(model.spec.signature, each, predictions.slice(row * size, (row + 1) * size))),
    values: Object.fromEntries(
      values.flatMap(({ name, slice = {} }) => (known.has(name) ? [[name, sliced(known.get(name)!, slice)]] : [])),
    ),
    missing: values.flatMap(({ name }) => (known.has(name) ? [] : [name])),
  }
}

function givenBatch({ model, task }: Subject, input: LookInput): Given {
  if ('sample' in input) {
    if (input.sample >= task.spec.heldOut)
      throw new LabError('look.no-sample', { sample: input.sample, count: task.spec.heldOut })
    return { batch: task.evaluationBatch(input.sample, 1), isOwn: false, unknown: [], unknownInSource: [] }
  }
  const { signature, tokeniser, source } = model.spec
  const read = (given: string | readonly number[], by: Tokeniser) =>
    typeof given === 'string' ? encode(by, given) : { ids: given, unknown: [] }
  const own = read('text' in input ? input.text : input.tokens, tokeniser)
  if (signature.source && input.source === null) throw new LabError('look.needs-source')
  if (!signature.source && input.source !== null) throw new LabError('look.no-source')
  const second = source && input.source !== null ? read(input.source, source) : null
  return {
    batch: {
      ...padded(own.ids, signature, 'tokens', 'mask'),
      ...(second && signature.source && padded(second.ids, signature.source, 'source', 'sourceMask')),
      targets: targetsOf(signature),
      ...(signature.features > 0 && { features: new Float32Array(signature.length * signature.features) }),
      ...(signature.scored && { scored: new Float32Array(signature.length).fill(1, 0, own.ids.length) }),
    } as Batch,
    isOwn: true,
    unknown: [...own.unknown],
    unknownInSource: [...(second?.unknown ?? [])],
  }
}

function padded(ids: readonly number[], { length }: { readonly length: number }, tokens: string, mask: string): object {
  if (ids.length === 0) throw new LabError('look.empty')
  if (ids.length > length) throw new LabError('look.too-long', { given: ids.length, limit: length })
  const row = new Int32Array(length)
  row.set(ids)
  return { [tokens]: row, [mask]: new Float32Array(length).fill(1, 0, ids.length) }
}

function targetsOf({ aim, length, classes }: Signature): Batch['targets'] {
  if (aim === 'tokens') return new Int32Array(length)
  return aim === 'sequence' ? new Int32Array(1) : new Float32Array(aim === 'labels' ? classes : 1)
}

/** One batch of batches of one. */
function joined(batches: readonly Batch[]): Batch {
  const names = Object.keys(batches[0]!) as (keyof Batch)[]
  const parts = names.map((name) => {
    const rows = batches.map((batch) => batch[name] ?? new Float32Array())
    const size = rows.reduce((sum, row) => sum + row.length, 0)
    const all = rows[0] instanceof Int32Array ? new Int32Array(size) : new Float32Array(size)
    rows.reduce((at, row) => (all.set(row, at), at + row.length), 0)
    return [name, all]
  })
  return Object.fromEntries(parts) as Batch
}

function seenOf(signature: Signature, { batch, isOwn, unknown, unknownInSource }: Given, predictions: Batch['targets']): Seen {
  const real = realTokens(batch.mask, signature.length)
  const cut = <T extends Float32Array | Int32Array>(data: T): T =>
    signature.aim === 'tokens' ? (data.slice(0, real) as T) : data
  const { source } = signature
  return {
    tokens: batch.tokens.slice(0, real),
    unknown,
    source: source && batch.source ? batch.source.slice(0, realTokens(batch.sourceMask, source.length)) : null,
    unknownInSource,
    features: batch.features?.slice(0, real * signature.features) ?? null,
    targets: isOwn ? null : cut(batch.targets),
    predictions: cut(predictions),
    probabilities: null,
    scored: batch.scored ? cut(batch.scored) : null,
  }
}

/** Padding is at the end. */
function realTokens(mask: Float32Array | undefined, length: number): number {
  const end = mask ? mask.indexOf(0) : -1
  return end < 0 ? length : end
}

function rowOf({ axes, shape, data }: Tensor, row: number): Tensor {
  return sliced({ axes, shape, data }, { [axes[0]!]: row })
}

function sliced(tensor: Tensor, slice: Slice): Tensor {
  return Object.entries(slice).reduce((left, [name, range]) => {
    const axis = left.axes.indexOf(name)
    return axis < 0 ? left : along(left, axis, range)
  }, tensor)
}

function along({ axes, shape, data }: Tensor, axis: number, range: number | readonly [number, number]): Tensor {
  const [from, to] = typeof range === 'number' ? [range, range + 1] : range
  const inner = sizeOf(shape.slice(axis + 1))
  const [size, kept] = [shape[axis]!, Math.max(0, Math.min(to, shape[axis]!) - from)]
  const outer = sizeOf(shape.slice(0, axis))
  const result = new Float32Array(outer * kept * inner)
  for (let row = 0; row < outer; row++) {
    const at = (row * size + from) * inner
    result.set(data.subarray(at, at + kept * inner), row * kept * inner)
  }
  const drop = typeof range === 'number'
  return {
    axes: drop ? axes.toSpliced(axis, 1) : axes,
    shape: drop ? shape.toSpliced(axis, 1) : shape.with(axis, kept),
    data: result,
  }
}

/** Whether the model has the gates. */
export const gatesOf = (model: Model, mutes: LookRequest['mutes'], batch: number): ReadonlyMap<string, Float32Array> => {
  const { program } = model.program('evaluate', { batch })
  return new Map(Object.entries(mutes).map(([name, gate]) => [name, requireGate(program, name, gate)]))
}
