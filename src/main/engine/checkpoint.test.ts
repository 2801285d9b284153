/** Checkpoints survive what happens to files, or say what happened. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'checkpoint-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const checkpoint = (step: number): Checkpoint => ({
  step,
  seed: 7,
  learningRate: 0.001,
  engine: 'tfjs',
  lab: { title: 'Lab' },
  states: new Map([
    ['embedding/table', { shape: [2, 2], data: Float32Array.of(step, 2, 3, NaN) }],
    ['optimiser/first/embedding/table', { shape: [2, 2], data: Float32Array.of(0, 0, 0, 0) }],
  ]),
})
const weightsFile = async () => (await readdir(directory)).find((name) => name.endsWith('.safetensors'))!

test('what is written is read', async () => {
  await writeCheckpoint(directory, checkpoint(3))
  expect(await readCheckpoint(directory)).toEqual(checkpoint(3))
})

test('a new one replaces the old, and nothing else stays but what is not ours', async () => {
  await writeFile(join(directory, 'run.json'), '{}')
  await writeFile(join(directory, 'checkpoint.1.checkpoint.json.tmp'), 'left by a process that was killed')
  await writeCheckpoint(directory, checkpoint(3))
  await writeCheckpoint(directory, checkpoint(12))
  expect((await readCheckpoint(directory)).step).toBe(12)
  expect((await readdir(directory)).toSorted()).toEqual(['checkpoint.json', await weightsFile(), 'run.json'].toSorted())
})

test('a process killed after the new weights and before their description leaves the old checkpoint', async () => {
  await writeCheckpoint(directory, checkpoint(3))
  await writeFile(join(directory, 'checkpoint.4-00000000.safetensors'), 'half a fi')
  expect((await readCheckpoint(directory)).step).toBe(3)
})

test('a folder that cannot be written to is a sentence', async () => {
  await expect(writeCheckpoint(join(directory, 'nowhere'), checkpoint(1))).rejects.toMatchObject({
    code: 'checkpoint.unwritable',
  })
})

describe('damage', () => {
  beforeEach(() => writeCheckpoint(directory, checkpoint(3)))
  const json = () => join(directory, 'checkpoint.json')
  const edit = async (change: (text: string) => string) => writeFile(json(), change(await readFile(json(), 'utf8')))

  test('no checkpoint', async () => {
    await rm(json())
    await expect(readCheckpoint(directory)).rejects.toMatchObject({ code: 'checkpoint.missing' })
  })
  test('weights gone', async () => {
    await rm(join(directory, await weightsFile()))
    await expect(readCheckpoint(directory)).rejects.toThrow(/is damaged .*: the file is missing/)
  })
  test('one bit flipped', async () => {
    const path = join(directory, await weightsFile())
    const bytes = await readFile(path)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(path, bytes)
    await expect(readCheckpoint(directory)).rejects.toThrow(/not what was written/)
  })
  test('description cut off', async () => {
    await edit((text) => text.slice(0, -5))
    await expect(readCheckpoint(directory)).rejects.toThrow(/is not JSON/)
  })
  test('description without its step', async () => {
    await edit((text) => text.replace('"step":3', '"step":"three"'))
    await expect(readCheckpoint(directory)).rejects.toThrow(/“step” is missing or wrong/)
  })
  test('a name that leads out of the folder', async () => {
    await edit((text) => text.replace(/checkpoint\.3-[0-9a-f]+/, '../../etc/passwd'))
    await expect(readCheckpoint(directory)).rejects.toMatchObject({ code: 'checkpoint.damaged' })
  })
  test('a newer version', async () => {
    await edit((text) => text.replace('"version":1', '"version":2'))
    await expect(readCheckpoint(directory)).rejects.toMatchObject({ code: 'checkpoint.newer' })
  })
})
