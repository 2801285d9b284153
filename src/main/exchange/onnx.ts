/** A model as one ONNX file: its inference, by standard operators, for any batch size and, where the graph allows it, any length. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '@core/errors'
import { textIn } from '@core/lab/document'
import { emitWithFreeSizes, type FreeModel } from '@core/onnx/free-sizes'
import { encodeModel, type OnnxModel } from '@core/onnx/model'
import type { SafeTensor } from '@engine/safetensors'
import type { Sizes } from '@core/onnx/size-expressions'
import type { Exporter } from './exporter'
import { onnxInput, onnxOutput, outputsOf, programOf, sizesOf } from './onnx-program'
import { verifyOnnx } from './onnx-verify'
import type { ExportSource } from './source'

const onnxFile = 'model.onnx'

/** Tables of masks and positions reach so far, at least. */
const reach = 1024

export function freeModelOf(source: ExportSource, attention: boolean): FreeModel {
  const wanted = outputsOf(programOf(source, sizesOf(source), attention), attention)
  return emitWithFreeSizes({ programAt: (sizes) => programOf(source, sizes, attention), wanted, sizes: sizesOf(source), reach })
}

/** With the weights as initialisers, and the names that a reader expects. */
function completeModel(source: ExportSource, { model, inputs, outputs }: FreeModel): OnnxModel {
  const names = new Map<string, string>()
  const weights = new Map<string, SafeTensor>()
  for (const [name, origin] of inputs) {
    if ('input' in origin) names.set(name, onnxInput(origin.input.name))
    else {
      names.set(name, origin.state.name)
      weights.set(origin.state.name, source.weights.get(origin.state.name)!)
    }
  }
  for (const [name, output] of outputs) names.set(output, onnxOutput(name))
  const rename = (name: string): string => names.get(name) ?? name
  const constants = [...weights].map(([name, { shape, data }]) => [name, { type: 'float32', shape, data }] as const)
  return {
    nodes: model.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })),
    constants: new Map([...constants, ...model.constants]),
    inputs: model.inputs
      .filter(({ name }) => 'input' in inputs.get(name)!)
      .map((port) => ({ ...port, name: rename(port.name) })),
    outputs: model.outputs.map((port) => ({ ...port, name: rename(port.name) })),
    metadata: metadataOf(source),
  }
}

/** What is needed to use the file: how texts become ids, and what the classes are called. */
function metadataOf({ lab, spec: { tokeniser, source, classes, signature }, step }: ExportSource): Record<string, string> {
  const title = textIn(lab.title, 'en')
  return {
    ...{ title, step: String(step), signature: JSON.stringify(signature), tokenizer: JSON.stringify(tokeniser) },
    ...(source && { source_tokenizer: JSON.stringify(source) }),
    ...(classes.length > 0 && { classes: JSON.stringify(classes) }),
  }
}

function missingOf(source: ExportSource, { fixedBy, free }: FreeModel): Problem[] {
  const { length, source: other } = sizesOf(source)
  if (fixedBy !== null) {
    const lengths = other === null ? String(length) : `${length}, ${other}`
    return [{ code: 'export.fixed-length', params: { length: lengths }, ...(fixedBy !== '' && { node: fixedBy }) }]
  }
  const limits = [
    ['export.longest', free.get('length') ?? Infinity],
    ['export.longest-source', free.get('source') ?? Infinity],
  ] as const
  return limits.flatMap(([code, most]) => (most < Infinity ? [{ code, params: { length: most } }] : []))
}

/** Lengths other than the lab's that the model should take: longer ones if possible; null if its lengths are fixed. */
export function otherSizes(source: ExportSource, { free }: Pick<FreeModel, 'free'>): Sizes | null {
  const sizes = sizesOf(source)
  if (!free.has('length')) return null
  const other = (size: number, most = Infinity): number => (size + 5 <= most ? size + 5 : Math.max(1, Math.ceil(0.6 * size)))
  return {
    ...sizes,
    length: other(sizes.length, free.get('length')),
    source: sizes.source && other(sizes.source, free.get('source')),
  }
}

export const onnx: Exporter = {
  plan(source, { attention }) {
    const free = freeModelOf(source, attention)
    const { constants } = completeModel(source, free)
    const bytes = [...constants.values()].reduce((sum, { data }) => sum + data.byteLength, 0)
    const refused: Problem[] = bytes < 2 ** 31 ? [] : [{ code: 'export.too-large', params: { to: 'ONNX', gigabytes: 2 } }]
    return { files: [{ path: onnxFile, bytes }], refused, missing: missingOf(source, free) }
  },

  async write(source, folder, { options: { attention }, progress }) {
    progress({ done: 0, of: 2 })
    const model = completeModel(source, freeModelOf(source, attention))
    progress({ done: 1, of: 2 })
    await writeFile(join(folder, onnxFile), encodeModel(model))
    progress({ done: 2, of: 2 })
  },

  verify(source, folder, python, { options: { attention }, signal }) {
    const other = otherSizes(source, freeModelOf(source, attention))
    return verifyOnnx({ source, path: join(folder, onnxFile), attention, other, python, signal })
  },
}
