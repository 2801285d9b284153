/**
 * Executes an exported ONNX file by ONNX Runtime and by the reference evaluator of `onnx`, and compares with our engine that has nothing to do
 * with ONNX, at two batch sizes and, where lengths are free, two lengths.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Signal } from '@core/contract/cancel'
import type { Difference } from '@core/contract/exchange'
import { sizeOf } from '@core/program/shapes'
import type { Program, State } from '@core/program/types'
import { stream, type RandomStream } from '@core/random/stream'
import type { Sizes } from '@core/onnx/size-expressions'
import { batchFeeds } from '@engine/feeds'
import type { Batch } from '@core/tasks/types'
import { writeSafeTensors } from '@engine/safetensors'
import { openForeign, type ForeignModel, type NamedTensor } from '../engine/onnxruntime/foreign'
import { createInstalledTfjs } from '../engine/tfjs'
import type { Verified } from './exporter'
import { inScratch } from './files'
import { onnxInput, onnxOutput, outputsOf, programOf, sizesOf } from './onnx-program'
import type { Python } from './python'
import type { ExportSource } from './source'

/** Allowed in float32 between engines that add in another order. */
export const tolerance = 1e-4

interface Case {
  readonly inputs: ReadonlyMap<string, NamedTensor>
  /** Without predictions, which rounding can turn where two classes are equally likely. */
  readonly expected: ReadonlyMap<string, NamedTensor>
}

interface Verification {
  readonly source: ExportSource
  readonly path: string
  readonly attention: boolean
  /** Lengths that it takes besides the lab's. */
  readonly other: Sizes | null
  readonly python: Python
  readonly signal: Signal
}

export async function verifyOnnx({ source, path, attention, other, python, signal }: Verification): Promise<Verified> {
  const versions = await python.require(['onnx', 'numpy', 'safetensors'])
  const model = await openForeign(path)
  try {
    const cases = await casesOf(source, attention, other)
    const runtime = await worstOf(model, cases)
    const reference = await inPython(path, cases, python, signal)
    const named = (worst: ReadonlyMap<string, number>, engine: string): Difference[] =>
      [...worst].map(([name, value]) => ({ name: `${name} (${engine})`, value, limit: tolerance }))
    return { differences: [...named(runtime, 'ONNX Runtime'), ...named(reference, 'onnx.reference')], versions }
  } finally {
    await model.release()
  }
}

/** Inputs and our own outputs, at two batch sizes, and at other lengths besides the lab's if there are any. */
export async function casesOf(source: ExportSource, attention: boolean, other: Sizes | null): Promise<Case[]> {
  const executor = await createInstalledTfjs()
  const cases: Case[] = []
  for (const batch of [1, 3]) {
    for (const lengths of other ? [sizesOf(source), other] : [sizesOf(source)]) {
      const sizes = { ...lengths, batch }
      const program = programOf(source, sizes, attention)
      const wanted = outputsOf(program, attention).filter((name) => name !== 'predictions')
      const { feeds, inputs } = feedsOf(program, source, sizes, stream(1, 'export', batch, sizes.length))
      const store = executor.createStore()
      const executable = executor.compile(program, store)
      try {
        store.write(new Map(program.states.map((state) => [state.name, beginning(state, source)])))
        const results = await executable.run(batchFeeds(program, feeds, new Map()), wanted)
        const expected = [...results].map(([name, data]): [string, NamedTensor] => [
          onnxOutput(name),
          { shape: program.outputs.get(name)!.shape, data },
        ])
        cases.push({ inputs, expected: new Map(expected) })
      } finally {
        executable.dispose()
        store.dispose()
      }
    }
  }
  return cases
}

/** A weight; of a table by position, the rows of the shorter sequence. Rows come first in such tables, so they are at the beginning. */
function beginning({ name, value }: State, { weights }: ExportSource): Float32Array {
  return weights.get(name)!.data.slice(0, sizeOf(value.shape)) as Float32Array
}

/** Random inputs of these sizes, of which sequences end at different places if they are padded. */
function feedsOf(
  program: Program,
  { spec: { signature } }: ExportSource,
  sizes: Sizes,
  random: RandomStream,
): { readonly feeds: Batch; readonly inputs: ReadonlyMap<string, NamedTensor> } {
  const { batch } = sizes
  const lengthsOf = (length: number): number[] => Array.from({ length: batch }, () => 1 + random.integer(length))
  const sequence = (
    { vocabulary, padded }: { vocabulary: number; padded: boolean },
    length: number,
  ): { ids: Int32Array; mask: Float32Array } => {
    const ends = padded ? lengthsOf(length) : new Array<number>(batch).fill(length)
    const isReal = (at: number): boolean => at % length < ends[Math.floor(at / length)]!
    const first = padded ? 1 : 0 // 0 is the padding
    return {
      ids: Int32Array.from({ length: batch * length }, (_, at) =>
        isReal(at) ? first + random.integer(Math.max(1, vocabulary - first)) : 0,
      ),
      mask: Float32Array.from({ length: batch * length }, (_, at) => Number(isReal(at))),
    }
  }
  const own = sequence(signature, sizes.length)
  const other = signature.source && sequence(signature.source, sizes.source!)
  const feeds: Batch = {
    ...{ tokens: own.ids, mask: own.mask, targets: new Int32Array() },
    ...(other && { source: other.ids, sourceMask: other.mask }),
    features: random.fillNormal(new Float32Array(batch * sizes.length * signature.features)),
  }
  const data = program.inputs.filter(({ kind }) => kind === 'data')
  const inputs = data.map(({ name, value: { shape } }): [string, NamedTensor] => [
    onnxInput(name),
    { shape, data: feeds[name as keyof Batch]! },
  ])
  return { feeds, inputs: new Map(inputs) }
}

/** The largest differences by output; another shape counts as infinite. */
export async function worstOf(model: ForeignModel, cases: readonly Case[]): Promise<ReadonlyMap<string, number>> {
  const worst = new Map<string, number>()
  for (const { inputs, expected } of cases) {
    const results = await model.run(inputs)
    for (const [name, { shape, data }] of expected) {
      const found = results.get(name)
      const fits = found?.shape.join() === shape.join()
      const largest = fits ? largestDifference(data, found.data) : Infinity
      worst.set(name, Math.max(worst.get(name) ?? 0, largest))
    }
  }
  return worst
}

function largestDifference(a: NamedTensor['data'], b: NamedTensor['data']): number {
  let largest = 0
  for (let at = 0; at < a.length; at++) largest = Math.max(largest, Math.abs(a[at]! - b[at]!)) // NaN if any is
  return largest
}

async function inPython(
  path: string,
  cases: readonly Case[],
  python: Python,
  signal: Signal,
): Promise<ReadonlyMap<string, number>> {
  return inScratch(async (scratch) => {
    const files = await Promise.all(cases.map((each, index) => writeCase(each, join(scratch, `${index}.safetensors`))))
    const told = await python.run(evaluation, [path, ...files], { signal })
    return new Map(Object.entries(z.record(z.string(), z.number()).parse(JSON.parse(told))))
  })
}

export async function writeCase({ inputs, expected }: Case, path: string): Promise<string> {
  const under = (part: string, all: ReadonlyMap<string, NamedTensor>) =>
    [...all].map(([name, tensor]) => [`${part}:${name}`, tensor] as const)
  const tensors = new Map([...under('in', inputs), ...under('out', expected)])
  await writeFile(path, writeSafeTensors({ tensors, metadata: {} }))
  return path
}

/** Checks a file (argument 1) in full and evaluates it on the cases (all others); prints the largest difference by output. */
export const evaluation = `
import json, sys
import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator
from safetensors.numpy import load_file

def differences(path, cases):
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path)
    assert {opset.domain for opset in model.opset_import} == {''}, 'only operators of ONNX itself'
    evaluator = ReferenceEvaluator(model)
    worst = {}
    for case in cases:
        tensors = load_file(case)
        inputs = {name[3:]: value for name, value in tensors.items() if name.startswith('in:')}
        results = dict(zip(evaluator.output_names, evaluator.run(None, inputs)))
        for name, expected in tensors.items():
            if name.startswith('out:'):
                found = results[name[4:]]
                difference = float(np.abs(found - expected).max()) if found.shape == expected.shape else 1e30
                worst[name[4:]] = max(worst.get(name[4:], 0.0), difference)
    return worst

if __name__ == '__main__':
    print(json.dumps(differences(sys.argv[1], sys.argv[2:])))
`
