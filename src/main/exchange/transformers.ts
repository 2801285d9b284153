/** Folders for transformers, loaded by it and compared with our numbers. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { FloatType } from '@core/contract/exchange'
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from '@engine/float16'
import { writeSafeTensors, type SafeTensor } from '@engine/safetensors'
import { createExecutor } from '../engine/choose'
import { computeExpected, type Expected } from './auto-map/expected'
import type { Exporter } from './exporter'
import { inScratch } from './files'
import { nativeModel } from './huggingface/native'
import { resource } from './library'

const report = z.record(z.string(), z.record(z.string(), z.number()))
/** Largest relative difference of logits. Tokens must be the same. */
const limits: Readonly<Record<string, number>> = { logits: 1e-4 }

const roundings: { readonly [T in FloatType]: (data: Float32Array) => Float32Array } = {
  F32: (data) => data,
  F16: (data) => fromFloat16(toFloat16(data)),
  BF16: (data) => fromBfloat16(toBfloat16(data)),
}

/** Weights as rounded as they are in the file. */
export const asWritten = (weights: ReadonlyMap<string, SafeTensor>, dtype: FloatType): Map<string, SafeTensor> =>
  new Map(
    [...weights].map(([name, { shape, data }]) => [
      name,
      { shape, data: data instanceof Float32Array ? roundings[dtype](data) : data },
    ]),
  )

/** Writes what {@link comparison} reads. */
export async function writeExpected(folder: string, { tensors, ...rest }: Expected): Promise<void> {
  await writeFile(join(folder, 'expected.safetensors'), writeSafeTensors({ tensors, metadata: {} }))
  await writeFile(join(folder, 'expected.json'), JSON.stringify(rest))
}

/** Takes a folder for caches and then pairs of an exported folder and one with what is expected; prints the differences of each. */
export const comparison = (): string => resource('huggingface/verify.py')

export const compareWithTransformers: NonNullable<Exporter['verify']> = async (source, folder, python, writing) => {
  const { options, signal } = writing
  const versions = await python.require(['transformers', 'tokenizers', 'torch', 'safetensors'])
  return inScratch(async (scratch) => {
    const executor = await createExecutor('auto', () => undefined)
    const isNative = nativeModel(source) !== null
    const weights = isNative ? asWritten(source.weights, options.dtype) : source.weights
    await writeExpected(scratch, await computeExpected(executor, { ...source, weights }, isNative))
    const told = await python.run(comparison(), [scratch, folder, scratch], { signal })
    const [differences] = Object.values(report.parse(JSON.parse(told)))
    return {
      differences: Object.entries(differences!).map(([name, value]) => ({ name, value, limit: limits[name] ?? 0 })),
      versions,
    }
  })
}
