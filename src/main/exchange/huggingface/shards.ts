/** The weights of a model's folder: one safetensors file, or several with an index. Headers are checked before any tensor is read. */
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '@core/errors'
import { fromBfloat16, fromFloat16 } from '@engine/float16'
import { headerEnd, readLayout, type TensorPlace } from '@engine/safetensors'
import { codeOf, fileError } from '../../service/file-error'
import { fieldsOf, readJsonFile } from './json-file'

const single = 'model.safetensors'
const indexFile = 'model.safetensors.index.json'
/** Weights as pickles run programs when they are read. */
const pickles = ['pytorch_model.bin', 'pytorch_model.bin.index.json']

const index = z.looseObject({
  /** Plain file names: they cannot lead out of the folder. */
  weight_map: z.record(z.string(), z.string().regex(/^[\w-][\w.-]*\.safetensors$/)),
})

export interface StoredTensor extends TensorPlace {
  readonly file: FileHandle
  /** Of the data in its file. */
  readonly start: number
}

export interface Weights {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  close(): Promise<void>
}

/** Throws LabError: `import.missing-file`, `import.pickled`, `import.twice`, `import.missing-tensor`, `weights.invalid`. */
export async function openWeights(folder: string): Promise<Weights> {
  const found = await readJsonFile(folder, indexFile)
  const map = found && fieldsOf(indexFile, index, found).weight_map
  const files = map ? [...new Set(Object.values(map))] : [single]
  const opened: FileHandle[] = []
  const close = async (): Promise<void> => {
    for (const file of opened) await file.close()
  }
  try {
    const tensors = new Map<string, StoredTensor>()
    for (const name of files) {
      const file = await openFile(folder, name)
      opened.push(file)
      for (const tensor of await tensorsOf(file)) {
        if (tensors.has(tensor.name)) throw new LabError('import.twice', { tensor: tensor.name })
        tensors.set(tensor.name, tensor)
      }
    }
    const lost = Object.keys(map ?? {}).find((name) => !tensors.has(name))
    if (lost !== undefined) throw new LabError('import.missing-tensor', { tensor: lost })
    return { tensors, close }
  } catch (error) {
    await close()
    throw error instanceof LabError ? error : fileError(folder, error)
  }
}

async function openFile(folder: string, name: string): Promise<FileHandle> {
  try {
    const file = await open(join(folder, name))
    if ((await file.stat()).isFile()) return file
    await file.close()
    throw new LabError('file.special', { path: join(folder, name) })
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    for (const pickle of pickles) {
      const isThere = await open(join(folder, pickle))
        .then((other) => other.close().then(() => true))
        .catch(() => false)
      if (isThere) throw new LabError('import.pickled', { file: pickle })
    }
    throw new LabError('import.missing-file', { file: name })
  }
}

async function tensorsOf(file: FileHandle): Promise<StoredTensor[]> {
  const { size } = await file.stat()
  const start = headerEnd(await bytesAt(file, 0, Math.min(8, size)), size)
  const { places } = readLayout(await bytesAt(file, 8, start - 8), size - start)
  return places.map((place) => ({ ...place, file, start }))
}

const atOnce = 2 ** 28

async function bytesAt(file: FileHandle, from: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(bytes, at, Math.min(atOnce, length - at), from + at)
    if (bytesRead === 0) throw new LabError('weights.invalid', { detail: 'it became shorter while it was read' })
    at += bytesRead
  }
  return bytes
}

const decoders: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => Float32Array>> = {
  F32: ({ buffer }) => new Float32Array(buffer),
  F16: ({ buffer }) => fromFloat16(new Uint16Array(buffer)),
  BF16: ({ buffer }) => fromBfloat16(new Uint16Array(buffer)),
}

/** As float32. Throws LabError `import.tensor-type`. */
export async function readTensor({ name, dtype, file, start, begin, end }: StoredTensor): Promise<Float32Array> {
  const decode = Object.hasOwn(decoders, dtype) ? decoders[dtype] : undefined
  if (!decode) throw new LabError('import.tensor-type', { tensor: name, type: dtype })
  return decode(await bytesAt(file, start + begin, end - begin))
}
