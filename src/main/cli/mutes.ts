/** `--mute BLOCK/GATE` and `--mute BLOCK/GATE:2,3`: what a command mutes, as a gate of the model and numbers of its parts from 1. */
import { isOfNeurons } from '@core/blocks/neurons'
import type { Mutes } from '@core/contract/look'
import { LabError } from '@core/errors'
import { sizeOf } from '@core/program/shapes'
import type { Model } from '@engine/model'

/** A block alone, `norm-2`, stands for all its gates but that of its neurons. Throws LabError for what the model does not have. */
export function mutesOf(model: Model, wanted: readonly string[]): Mutes {
  if (wanted.length === 0) return {}
  const gates = model.program('infer', { batch: 1 }).program.inputs.filter((input) => input.kind === 'gate')
  const mutes: Record<string, number[]> = {}
  for (const each of wanted) {
    const [name = '', list] = each.split(':')
    const found = gates.filter((gate) => gate.name === name || (gate.block === name && !isOfNeurons(gate.name)))
    if (found.length === 0) {
      throw new LabError('run.no-such-gate', { gate: name, gates: gates.map((gate) => gate.name).join(', ') })
    }
    for (const { name, value } of found) {
      const count = sizeOf(value.shape)
      const multipliers = (mutes[name] ??= new Array<number>(count).fill(1))
      const numbers = list === undefined ? multipliers.map((_, index) => index + 1) : list.split(',').map(Number)
      for (const number of numbers) {
        if (!Number.isInteger(number) || number < 1 || number > count) {
          throw new LabError('run.no-such-part', { gate: name, count, number: list! })
        }
        multipliers[number - 1] = 0
      }
    }
  }
  return mutes
}
