/** Five hundred damaged folders: each is one sentence, soon, whatever is wrong; nothing is left open or allocated by what a header claims. */
import { mkdtemp, mkdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabError } from '@core/errors'
import { encodeUtf8 } from '@core/utf8'
import { writeSafeTensors, type SafeTensor } from '@engine/safetensors'
import { planImport } from './read-model'
import { smallModel } from './testing/small-model'

let home = ''
beforeAll(async () => (home = await mkdtemp(join(tmpdir(), 'attention-lab-damaged-'))))
afterAll(() => rm(home, { recursive: true, force: true }))

let count = 0
/** The folder of files, by name. */
async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = join(home, String(count++))
  await mkdir(folder)
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}

/** Plans and reads. The problem, or null if it can be imported. Anything but a LabError with a sentence fails the test. */
async function problemOf(folder: string): Promise<string | null> {
  try {
    const plan = await planImport(folder, { length: null, text: null })
    try {
      await plan.read()
      return null
    } finally {
      await plan.close()
    }
  } catch (error) {
    expect(error).toBeInstanceOf(LabError)
    expect((error as LabError).code).not.toBe('internal')
    expect((error as LabError).message).toMatch(/^[A-Z“][^\n]{20,700}\.$/)
    return (error as LabError).code
  }
}

const { config, tensors, tokeniser } = smallModel()
const weights = (given: ReadonlyMap<string, SafeTensor> = tensors): Uint8Array =>
  writeSafeTensors({ tensors: given, metadata: { format: 'pt' } })
const whole = () => ({
  'config.json': JSON.stringify(config),
  'model.safetensors': weights(),
  'tokenizer.json': JSON.stringify(tokeniser),
})

/** The safetensors file with another header; null keeps the length. */
function withHeader(json: string, length: bigint | null = null, data = new Uint8Array(64)): Uint8Array {
  const text = encodeUtf8(json)
  const bytes = new Uint8Array(8 + text.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.length)
  return bytes
}

it('imports the model that is damaged below', async () => {
  expect(await problemOf(await folderOf(whole()))).toBeNull()
})

describe('a folder with', () => {
  const entry = (dtype: string, shape: number[], begin: number, end: number) => ({ dtype, shape, data_offsets: [begin, end] })
  it.each<[string, Record<string, string | Uint8Array>, string]>([
    ['nothing', {}, 'import.no-model'],
    ['no weights', { 'config.json': JSON.stringify(config) }, 'import.missing-file'],
    ['pickled weights', { 'config.json': JSON.stringify(config), 'pytorch_model.bin': 'x' }, 'import.pickled'],
    ['a header of 10 GB', { ...whole(), 'model.safetensors': withHeader('{}', 10_000_000_000n) }, 'weights.invalid'],
    ['a header of 2⁶⁴ bytes', { ...whole(), 'model.safetensors': withHeader('{}', 2n ** 64n - 1n) }, 'weights.invalid'],
    [
      'overlapping tensors',
      {
        ...whole(),
        'model.safetensors': withHeader(JSON.stringify({ a: entry('F32', [8], 0, 32), b: entry('F32', [12], 16, 64) })),
      },
      'weights.invalid',
    ],
    [
      'a tensor outside',
      { ...whole(), 'model.safetensors': withHeader(JSON.stringify({ a: entry('F32', [32], 0, 128) })) },
      'weights.invalid',
    ],
    [
      'a tensor of 2⁵⁰ numbers',
      { ...whole(), 'model.safetensors': withHeader(JSON.stringify({ a: entry('F32', [2 ** 50], 0, 2 ** 52) })) },
      'weights.invalid',
    ],
    ['another type of model', { ...whole(), 'config.json': '{"model_type":"t5"}' }, 'import.model-type'],
    ['a config that is a list', { ...whole(), 'config.json': '[]' }, 'import.not-json'],
    ['deeply nested JSON', { ...whole(), 'config.json': `{"a":${'['.repeat(100_000)}` }, 'import.not-json'],
    ['10¹² tokens', { ...whole(), 'config.json': JSON.stringify({ ...config, vocab_size: 1e12 }) }, 'import.field'],
    ['a billion layers', { ...whole(), 'config.json': JSON.stringify({ ...config, n_layer: 1e9 }) }, 'import.field'],
    [
      'too many parameters',
      { ...whole(), 'config.json': JSON.stringify({ ...config, n_embd: 4096, n_head: 64, n_layer: 64 }) },
      'import.too-large',
    ],
    [
      'heads that do not divide the width',
      { ...whole(), 'config.json': JSON.stringify({ ...config, n_head: 3 }) },
      'import.not-representable',
    ],
    [
      'an unknown activation',
      { ...whole(), 'config.json': JSON.stringify({ ...config, activation_function: 'mish' }) },
      'import.not-representable',
    ],
    [
      'cross attention',
      { ...whole(), 'config.json': JSON.stringify({ ...config, add_cross_attention: true }) },
      'import.not-representable',
    ],
    [
      'another width than its tensors',
      { ...whole(), 'config.json': JSON.stringify({ ...config, n_embd: 12 }) },
      'import.tensor-shape',
    ],
    [
      'more layers than its tensors',
      { ...whole(), 'config.json': JSON.stringify({ ...config, n_layer: 3 }) },
      'import.missing-tensor',
    ],
    [
      'weights as integers',
      {
        ...whole(),
        'model.safetensors': weights(
          new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: Int32Array.from(data) }])),
        ),
      },
      'import.tensor-type',
    ],
    [
      'an index that leads out of the folder',
      { ...whole(), 'model.safetensors.index.json': '{"weight_map":{"wte.weight":"../other.safetensors"}}' },
      'import.field',
    ],
    [
      'an index of a missing file',
      { ...whole(), 'model.safetensors.index.json': '{"weight_map":{"wte.weight":"x.safetensors"}}' },
      'import.missing-file',
    ],
    [
      'an index of a missing tensor',
      { ...whole(), 'model.safetensors.index.json': '{"weight_map":{"x":"model.safetensors"}}' },
      'import.missing-tensor',
    ],
    [
      'a merge that nothing follows from',
      { ...whole(), 'tokenizer.json': JSON.stringify({ ...tokeniser, model: { ...tokeniser.model, merges: ['c c'] } }) },
      'import.bad-merge',
    ],
    [
      'a merge into itself',
      { ...whole(), 'tokenizer.json': JSON.stringify({ ...tokeniser, model: { ...tokeniser.model, merges: ['abc '] } }) },
      'import.bad-merge',
    ],
    [
      'more tokens than rows',
      { ...whole(), 'tokenizer.json': JSON.stringify({ ...tokeniser, added_tokens: [{ id: 99, content: 'x' }] }) },
      'import.too-many-tokens',
    ],
  ])('%s', async (_name, files, code) => {
    expect(await problemOf(await folderOf(files))).toBe(code)
  })

  it('a file that claims 300 GB', async () => {
    const folder = await folderOf(whole())
    await truncate(join(folder, 'model.safetensors'), 300 * 2 ** 30).catch(() => undefined) // sparse
    expect(await problemOf(folder)).toBe('weights.invalid')
  })
})

/** A JSON value with one part of it replaced, removed or doubled. */
function mutated(value: unknown, [place, kind, other]: readonly [number, number, unknown]): unknown {
  const paths: (readonly (string | number)[])[] = []
  const visit = (each: unknown, path: readonly (string | number)[]): void => {
    paths.push(path)
    if (typeof each !== 'object' || each === null) return
    for (const [key, inner] of Object.entries(each)) visit(inner, [...path, key])
  }
  visit(value, [])
  const path = paths[1 + (place % (paths.length - 1))]!
  const copy = structuredClone(value) as Record<string, unknown>
  const holder = path.slice(0, -1).reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy)
  const key = String(path.at(-1))
  if (kind === 0) Reflect.deleteProperty(holder, key)
  else holder[key] = kind === 1 ? other : [holder[key], other]
  return copy
}

const anything = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0, 3, 1e12, NaN, 'x', '', [], {}, [[]], '__proto__', '\u0000', 2 ** 53),
  fc.double(),
  fc.string({ maxLength: 20 }),
)
const change = fc.tuple(fc.nat(10_000), fc.nat(2), anything)

describe('five hundred random damages are refused with a sentence, or harmless', () => {
  const spoilt: Record<string, number> = {}
  const check = async (files: Record<string, string | Uint8Array>) => {
    const code = await problemOf(await folderOf(files))
    spoilt[code ?? 'harmless'] = (spoilt[code ?? 'harmless'] ?? 0) + 1
  }
  it('of config.json', async () => {
    await fc.assert(
      fc.asyncProperty(change, (by) => check({ ...whole(), 'config.json': JSON.stringify(mutated(config, by)) })),
      { numRuns: 150 },
    )
  })
  it('of tokenizer.json', async () => {
    await fc.assert(
      fc.asyncProperty(change, (by) => check({ ...whole(), 'tokenizer.json': JSON.stringify(mutated(tokeniser, by)) })),
      { numRuns: 150 },
    )
  })
  it('of the weights: cut off, overwritten or lengthened', async () => {
    const bytes = weights()
    const damage = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255), kind: fc.nat(2) })
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, byte, kind }) => {
        const copy = Uint8Array.from(bytes)
        copy[at % 2000] = byte // within the header
        const file = kind === 0 ? bytes.slice(0, at) : kind === 1 ? copy : Uint8Array.from([...bytes, byte])
        await check({ ...whole(), 'model.safetensors': file })
      }),
      { numRuns: 200 },
    )
    expect(spoilt['weights.invalid']).toBeGreaterThan(100)
    expect(Object.keys(spoilt).length).toBeGreaterThan(5)
  })
})
