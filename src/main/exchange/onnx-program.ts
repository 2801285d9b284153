/** The program behind an ONNX file: inference at any sizes, and what its inputs and outputs are called there. */
import { compile } from '@core/graph/compile'
import type { Sizes } from '@core/onnx/size-expressions'
import type { Program } from '@core/program/types'
import type { ExportSource } from './source'

/** Names of inputs that a program calls otherwise. */
const inputNames: Readonly<Record<string, string>> = { sourceMask: 'source_mask' }
export const onnxInput = (name: string): string => inputNames[name] ?? name

/** The program of inference for a batch size and lengths, with the attention weights as outputs if wanted. */
export function programOf(
  { lab, spec: { signature } }: ExportSource,
  { batch, length, source }: Sizes,
  attention: boolean,
): Program {
  const sized = { ...signature, length, source: signature.source && { ...signature.source, length: source! } }
  return compile(lab, sized, { mode: attention ? 'inspect' : 'infer', batch, gated: false, folds: false })
}

export const sizesOf = ({ spec: { signature } }: ExportSource): Sizes => ({
  batch: 1,
  length: signature.length,
  source: signature.source?.length ?? null,
})

/** Outputs by their names in the program: logits, predictions, probabilities, and attention weights as probes. */
export function outputsOf(program: Program, attention: boolean): readonly string[] {
  const normalised = new Set(
    program.ops.filter(({ kind }) => kind === 'softmax' || kind === 'sparsemax').map(({ output }) => output),
  )
  const maps = program.probes.filter(
    ({ name, axes, value }) =>
      axes.includes('query') && axes.includes('key') && (name.endsWith('/attention') || normalised.has(value)),
  )
  return [
    ...['logits', 'predictions', 'probabilities'].filter((name) => program.outputs.has(name)),
    ...(attention ? maps.map(({ name }) => `probe/${name}`) : []),
  ]
}

/** `probe/mha/weights` → `mha/weights`. */
export const onnxOutput = (name: string): string => name.replace(/^probe\//, '')
