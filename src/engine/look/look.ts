/**
 * A look is a request: given inputs, and optionally gates to mute, it returns values of the model by name. It changes no state.
 */
import type { Look, LookRequest, LookValue, Seen, Tensor } from '@core/contract/look'
import { LabError } from '@core/errors'
import { stateAxes } from '@core/graph/axes'
import type { Probe, Program, State, Value } from '@core/program/types'
import { batchOf } from '@core/tasks/samples'
import type { TaskInstance } from '@core/tasks/types'
import { batchFeeds, gatesOf, type Gates } from '../feeds'
import type { Compiled, Model } from '../model'
import { freeRun } from '../teacher-forcing'
import type { Training } from '../training'
import { sequenceOf, type Sequence } from './inputs'
import { gradientNorms, peek } from './peek'
import { sequencesAtOnce } from './room'
import { seenOf } from './seen'
import { cut, requireRoom, type Told } from './slices'

/** A model with its data, if any; a training also has gradients. */
export type LookedAt = Training | { readonly model: Model; readonly task: TaskInstance | null }

/**
 * Values are those of `inputs[focus]` alone; gradients and updates are those of the next training step. Throws LabError for
 * inputs that the model cannot read, gates that it does not have, and values too large for one answer.
 */
export function look(subject: LookedAt, request: LookRequest): Promise<Look> {
  return subject.model.alone(() => lookAt(subject, request))
}

async function lookAt(subject: LookedAt, { inputs, focus, mutes, values }: LookRequest): Promise<Look> {
  const { model, task } = subject
  if (focus >= inputs.length) throw new LabError('look.focus', { focus, count: inputs.length })
  const { found, missing } = resolve(subject, values)
  requireRoom(found.map(({ told }) => told))
  const probed = model.program('inspect', { batch: 1, operations: found.some(({ source }) => source.kind === 'operation') })
  const gates = gatesOf(probed.program, mutes)

  const sequences: Sequence[] = []
  for (const input of inputs) sequences.push(await written(model, sequenceOf(model, task, input), gates))
  const size = Math.min(roundUp(inputs.length), roundDown(sequencesAtOnce(model.signature)))
  const together = size === 1 ? probed : model.program('inspect', { batch: size })
  const probes = found.flatMap(({ source }) => (source.kind === 'operation' || source.kind === 'probe' ? [source.probe] : []))
  const unknown = sequences[focus]!.hasTargets ? new Set<Value>() : dependentOnTruth(probed.program)
  const wanted = probes.flatMap(({ name, value }) => (unknown.has(value) ? [] : [`probe/${name}`]))
  const all: Seen[] = []
  let told: Outputs | null = null
  for (let from = 0; from < sequences.length; from += size) {
    const part = sequences.slice(from, from + size)
    const isTold = together === probed && from === focus
    const outputs = await run(model, together, part, size, gates, isTold ? wanted : [])
    if (isTold) told = outputs
    all.push(...part.map((sequence, row) => seenOf(model.signature, sequence, outputs, row)))
  }
  told ??= await run(model, probed, [sequences[focus]!], 1, gates, wanted)
  const step = await peek(
    subject,
    found.flatMap(({ source }) => (source.kind === 'step' ? [source] : [])),
  )

  const answered: Record<string, Tensor> = {}
  for (const { told: each, source } of found) {
    const { name } = each.value
    const data =
      source.kind === 'state'
        ? model.states.read([source.state.name]).get(source.state.name)
        : source.kind === 'step'
          ? step.get(name)
          : told.get(`probe/${source.probe.name}`)
    if (data) answered[name] = cut(each, data)
    else missing.push(name)
  }
  return { step: model.step, seen: all, values: answered, missing }
}

type Source =
  | { readonly kind: 'probe' | 'operation'; readonly probe: Probe }
  | { readonly kind: 'state'; readonly state: State }
  | { readonly kind: 'step'; readonly of: 'gradient' | 'update'; readonly name: string; readonly state: State }
  | { readonly kind: 'step'; readonly of: 'gradientNorm'; readonly name: string }

interface Found {
  readonly told: Told
  readonly source: Source
}

/** Finds the source of each requested value. */
function resolve(subject: LookedAt, values: readonly LookValue[]): { found: Found[]; missing: string[] } {
  const sourceOf = sources(subject)
  const found: Found[] = []
  const missing: string[] = []
  for (const value of values) {
    const source = sourceOf(value.name)
    if (!source) missing.push(value.name)
    else found.push({ source, told: { value, ...sizeAndAxes(source) } })
  }
  return { found, missing }
}

function sizeAndAxes(source: Source): { axes: readonly string[]; shape: readonly number[] } {
  if (source.kind === 'step' && source.of === 'gradientNorm') return { axes: [], shape: [] }
  if (source.kind === 'state' || source.kind === 'step') {
    return { axes: stateAxes(source.state), shape: source.state.value.shape }
  }
  const { axes, value } = source.probe
  const own = axes.flatMap((name, axis) => (name === 'batch' ? [] : [axis])) // the batch contains a single sequence
  return { axes: own.map((axis) => axes[axis]!), shape: own.map((axis) => value.shape[axis]!) }
}

const operationName = /\/\d+-[a-zA-Z]+$/
const stepName = /^(gradient|update|gradientNorm)\/(.+)$/
/** Whether a value is of the next training step, so that a look needs a training and not just a model. */
export const isOfNextStep = ({ name }: LookValue): boolean => stepName.test(name)
const weightPrefix = 'weight/'

function sources(subject: LookedAt): (name: string) => Source | undefined {
  const { model } = subject
  const probesOf = (operations: boolean) =>
    new Map(model.program('inspect', { batch: 1, operations }).program.probes.map((probe) => [probe.name, probe]))
  let operations: ReadonlyMap<string, Probe> | undefined
  const probes = probesOf(false)
  const trained = 'train' in subject ? subject.train.program.states : []
  const states = new Map([...model.weights, ...trained].map((state) => [state.name, state]))
  return (name) => {
    const [, of, weight = ''] = stepName.exec(name) ?? []
    if (of === 'gradientNorm' && 'train' in subject && gradientNorms(subject).has(name)) return { kind: 'step', of, name }
    const stepped = trained.find((state) => state.name === weight && state.role === 'weight')
    if ((of === 'gradient' || of === 'update') && stepped) return { kind: 'step', of, name, state: stepped }
    const probe = probes.get(name)
    if (probe) return { kind: 'probe', probe }
    if (operationName.test(name)) {
      operations ??= probesOf(true)
      const operation = operations.get(name)
      if (operation) return { kind: 'operation', probe: operation }
    }
    const state = states.get(name.startsWith(weightPrefix) ? name.slice(weightPrefix.length) : name)
    return state && { kind: 'state', state }
  }
}

/** Values that depend on targets, and are therefore missing for inputs without them. */
function dependentOnTruth({ inputs, ops }: Program): ReadonlySet<Value> {
  const truth = inputs.filter(({ name }) => name === 'targets' || name === 'scored')
  const dependent = new Set(truth.map(({ value }) => value))
  for (const op of ops) if (op.inputs.some((input) => dependent.has(input))) dependent.add(op.output)
  return dependent
}

/** Generates the target sequence if only the source was given. */
export async function written(model: Model, sequence: Sequence, gates: Gates): Promise<Sequence> {
  const { signature } = model
  if (!sequence.isFree || !signature.written) return sequence
  const { begin, end } = signature.written
  const begun = { ...sequence, tokens: new Int32Array(signature.length).fill(begin, 0, 1) }
  const compiled = model.program('inspect', { batch: 1 })
  const { inputs, predictions } = await freeRun(compiled, batchOf(signature, [begun], 1), signature.length, gates)
  const last = predictions.indexOf(end)
  return { ...sequence, tokens: inputs.slice(0, last < 0 ? undefined : last + 1) }
}

type Outputs = Awaited<ReturnType<Compiled['executable']['run']>>

async function run(
  { signature }: Model,
  { program, executable }: Compiled,
  sequences: readonly Sequence[],
  size: number,
  gates: Gates,
  wanted: readonly string[],
): Promise<Outputs> {
  const rows = Array.from({ length: size }, (_, row) => sequences[Math.min(row, sequences.length - 1)]!)
  const asked = ['predictions', 'probabilities'].filter((name) => program.outputs.has(name))
  return executable.run(batchFeeds(program, batchOf(signature, rows, size), gates), [...new Set([...asked, ...wanted])])
}

/** A power of two, so that few programs cover any number of inputs. */
const roundUp = (count: number): number => 2 ** Math.ceil(Math.log2(count))
const roundDown = (count: number): number => 2 ** Math.floor(Math.log2(count))
