/** Checkpoints survive file-system failures, or report what happened. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CheckpointFolder } from './checkpoint'
import type { Checkpoint } from './checkpoint-file'
import { checkpointsIn, diskStorage } from '../main/engine/disk-storage'
import { nodeSurroundings } from '../main/engine/surroundings'
import { faultyStorage, type Moment } from './testing/faulty-storage'

let directory: string
let folder: CheckpointFolder
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'checkpoint-'))
  folder = checkpointsIn(directory)
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const checkpoint = (step: number): Checkpoint => ({
  step,
  seed: 7,
  learningRate: 0.001,
  engine: 'tfjs',
  lab: { title: 'Lab', params: { 10: 'ten', 9: 'nine', b: undefined } },
  states: new Map([
    ['embedding/table', { shape: [2, 2], data: Float32Array.of(step, 2, 3, NaN) }],
    ['optimiser/first/embedding/table', { shape: [2, 2], data: Float32Array.of(0, 0, 0, 0) }],
  ]),
})
const faulty = (n: number, fault: Parameters<typeof faultyStorage>[2] = {}) =>
  new CheckpointFolder(faultyStorage(diskStorage(directory), n, fault), nodeSurroundings)
/** Reads as another process would. */
const found = () => checkpointsIn(directory).read()
const weightsOf = async (step: number) => (await readdir(directory)).find((name) => name.startsWith(`checkpoint.${step}-`))!
const json = () => join(directory, 'checkpoint.json')
const edit = async (change: (text: string) => string) => writeFile(json(), change(await readFile(json(), 'utf8')))

test('reads back what was written', async () => {
  await folder.write(checkpoint(3))
  expect(await found()).toEqual({ ...checkpoint(3), damage: null })
})

test('keeps the newest checkpoint, the previous one and files of others', async () => {
  await writeFile(join(directory, 'run.json'), '{}')
  await writeFile(join(directory, 'checkpoint.1.checkpoint.json.tmp'), 'left by a process that was killed')
  for (const step of [3, 7, 12]) await folder.write(checkpoint(step))
  expect((await found()).step).toBe(12)
  const expected = ['checkpoint.json', 'checkpoint.previous.json', await weightsOf(12), await weightsOf(7), 'run.json']
  expect((await readdir(directory)).toSorted()).toEqual(expected.toSorted())
})

test('removes only files written here, whatever the names of other files', async () => {
  const foreign = {
    'checkpoint.mine.safetensors': 'weights that somebody put here',
    'checkpoint.5-0123abcd.safetensors': 'a name like ours, with a content that is not what it tells',
    'checkpoint.notes.tmp': 'notes',
    'my checkpoint.json': '{}',
  }
  for (const [name, content] of Object.entries(foreign)) await writeFile(join(directory, name), content)
  for (const step of [3, 7, 12]) await folder.write(checkpoint(step))
  const resumed = checkpointsIn(directory)
  await resumed.read()
  for (const step of [15, 20]) await resumed.write(checkpoint(step))
  for (const [name, content] of Object.entries(foreign)) expect(await readFile(join(directory, name), 'utf8')).toBe(content)
  const ours = (await readdir(directory)).filter((name) => !Object.hasOwn(foreign, name))
  const expected = ['checkpoint.json', 'checkpoint.previous.json', await weightsOf(15), await weightsOf(20)]
  expect(ours.toSorted()).toEqual(expected.toSorted())
})

test('eventually removes weights that an earlier process wrote and no description refers to', async () => {
  await folder.write(checkpoint(3))
  const killed = faulty(7, { dies: true }) // after the weights, before the description
  await killed.read()
  await killed.write(checkpoint(7)).catch(() => undefined)
  expect(await weightsOf(7)).toBeDefined()
  const next = checkpointsIn(directory)
  await next.read()
  await next.write(checkpoint(8))
  expect(await weightsOf(7)).toBeUndefined()
})

test('a folder that is not writable is reported as checkpoint.unwritable', async () => {
  await expect(checkpointsIn(join(directory, 'nowhere')).write(checkpoint(1))).rejects.toMatchObject({
    code: 'checkpoint.unwritable',
  })
})

describe('a process that dies while writing a checkpoint', () => {
  const moments: Moment[] = ['before', 'halfway', 'after']

  /** Counts the operations of a write, so that each can fail in turn. */
  async function operations(): Promise<number> {
    const files = faultyStorage(diskStorage(directory), Infinity)
    const counted = new CheckpointFolder(files, nodeSurroundings)
    for (const step of [10, 20, 30]) await counted.write(checkpoint(step))
    return files.count
  }

  test.each(moments)('leaves the complete old or new checkpoint, wherever it dies: %s the operation', async (moment) => {
    const count = await operations()
    expect(count).toBeGreaterThan(15)
    for (let n = 1; n <= count; n++) {
      await rm(directory, { recursive: true })
      directory = await mkdtemp(join(tmpdir(), 'checkpoint-'))
      const dying = faulty(n, { moment, dies: true })
      let written = 0
      for (const step of [10, 20, 30]) {
        const done = await dying.write(checkpoint(step)).then(
          () => true,
          () => false,
        )
        if (done) written = step
      }
      const survivor = await found().catch((error: unknown) => error)
      if (written === 0 && survivor instanceof Error) expect(survivor).toMatchObject({ code: 'checkpoint.missing' })
      else {
        const { step } = survivor as Checkpoint
        expect([written, written + 10], `operation ${n}`).toContain(step)
        expect(survivor).toEqual({ ...checkpoint(step), damage: null })
      }
      // The next process resumes from it, cleans up, and writes its own in the same way.
      const next = checkpointsIn(directory)
      await next.read().catch(() => undefined)
      await next.write(checkpoint(45))
      await next.write(checkpoint(55))
      expect((await found()).step).toBe(55)
      const names = await readdir(directory)
      expect(names.toSorted()).toEqual(
        ['checkpoint.json', 'checkpoint.previous.json', await weightsOf(45), await weightsOf(55)].toSorted(),
      )
    }
  })
})

describe.each(['EIO', 'ENOSPC', 'EROFS'])('a disk that fails one operation with %s', (code) => {
  test.each(['before', 'halfway', 'after'] as const)('loses at most that checkpoint: %s the operation', async (moment) => {
    for (let n = 1; ; n++) {
      await rm(directory, { recursive: true })
      directory = await mkdtemp(join(tmpdir(), 'checkpoint-'))
      const files = faultyStorage(diskStorage(directory), n, { code, moment })
      const attempted = new CheckpointFolder(files, nodeSurroundings)
      const outcomes: unknown[] = []
      for (const step of [10, 20, 30]) {
        const outcome = await attempted.write(checkpoint(step)).catch((error: unknown) => error)
        outcomes.push(outcome)
        const complete = await found().catch((error: unknown) => error)
        if (outcome === undefined) expect(complete, `operation ${n}`).toEqual({ ...checkpoint(step), damage: null })
        else expect(outcome).toMatchObject({ code: 'checkpoint.unwritable', params: { detail: `${code}: injected` } })
        if (outcome !== undefined && step > 10) {
          expect([step - 10, step], `operation ${n}`).toContain((complete as Checkpoint).step)
          expect(complete).toMatchObject({ damage: null })
        }
      }
      if (files.count < n) break
      // At most one failure: failing to clean up or to remove a file is not a failure of the checkpoint.
      expect(outcomes.filter((outcome) => outcome !== undefined).length, `operation ${n}`).toBeLessThanOrEqual(1)
    }
  })
})

test('leaves no partial files on a full disk', async () => {
  await folder.write(checkpoint(1))
  const before = (await readdir(directory)).toSorted()
  const full = faulty(1, { code: 'ENOSPC', moment: 'halfway' })
  await expect(full.write(checkpoint(2))).rejects.toMatchObject({ code: 'checkpoint.unwritable' })
  expect((await readdir(directory)).toSorted()).toEqual(before)
})

test('does not mistake an unreadable disk for an empty one', async () => {
  await folder.write(checkpoint(1))
  await folder.write(checkpoint(2))
  const { step, damage } = await faulty(1).read()
  expect([step, damage?.code, damage?.params.detail]).toEqual([1, 'checkpoint.damaged', 'EIO: injected'])
})

describe('damage', () => {
  beforeEach(() => folder.write(checkpoint(3)))

  test('no checkpoint', async () => {
    await rm(json())
    await expect(found()).rejects.toMatchObject({ code: 'checkpoint.missing' })
  })
  test('missing weights', async () => {
    await rm(join(directory, await weightsOf(3)))
    await expect(found()).rejects.toThrow(/is damaged .*: the file is missing/)
  })
  test('one bit flipped in the weights', async () => {
    const path = join(directory, await weightsOf(3))
    const bytes = await readFile(path)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(path, bytes)
    await expect(found()).rejects.toThrow(/not what was written/)
  })
  test('truncated weights', async () => {
    const path = join(directory, await weightsOf(3))
    await writeFile(path, (await readFile(path)).subarray(0, -4))
    await expect(found()).rejects.toThrow(/not what was written/)
  })
  test.each([
    ['"learningRate":0.001', '"learningRate":0.003'],
    ['"step":3', '"step":2'],
    ['"title":"Lab"', '"title":"Lap"'],
  ])('a character changed in the description: %s', async (from, to) => {
    await edit((text) => text.replace(from, to))
    await expect(found()).rejects.toThrow(/not what was written/)
  })
  test('truncated description', async () => {
    await edit((text) => text.slice(0, -5))
    await expect(found()).rejects.toThrow(/is not JSON/)
  })
  test('description without its step', async () => {
    await edit((text) => text.replace('"step":3', '"step":"three"'))
    await expect(found()).rejects.toThrow(/“step” is missing or wrong/)
  })
  test('a file name that leads out of the folder', async () => {
    await edit((text) => text.replace(/checkpoint\.3-[0-9a-f]+/, '../../etc/passwd'))
    await expect(found()).rejects.toMatchObject({ code: 'checkpoint.damaged' })
  })
  test('a newer version', async () => {
    await folder.write(checkpoint(4))
    await edit((text) => text.replace('"version":1', '"version":2'))
    await expect(found()).rejects.toMatchObject({ code: 'checkpoint.newer' })
  })
})

describe('the previous checkpoint', () => {
  beforeEach(async () => {
    await folder.write(checkpoint(3))
    await folder.write(checkpoint(8))
  })

  test.each([
    ['weights', async () => writeFile(join(directory, await weightsOf(8)), 'nonsense')],
    ['description', () => edit((text) => text.slice(0, 40))],
  ])('is used when the newest is damaged, and the damage is reported: %s', async (_, damage) => {
    await damage()
    const { damage: said, ...rest } = await found()
    expect(rest).toEqual(checkpoint(3))
    expect(said).toMatchObject({ code: 'checkpoint.damaged' })
  })

  test('is kept when the damaged one is replaced', async () => {
    await edit(() => '')
    const next = checkpointsIn(directory)
    await next.read()
    await next.write(checkpoint(5))
    await edit(() => '')
    expect((await found()).step).toBe(3)
  })

  test('is never replaced by another training, nor is the newest, even if both are damaged', async () => {
    const content = async () => Promise.all((await readdir(directory)).map((name) => readFile(join(directory, name))))
    await edit(() => '')
    const before = await content()
    await expect(checkpointsIn(directory).write(checkpoint(1))).rejects.toMatchObject({ code: 'checkpoint.occupied' })
    expect(await content()).toEqual(before)
    await rm(json())
    await expect(checkpointsIn(directory).write(checkpoint(1))).rejects.toMatchObject({ code: 'checkpoint.occupied' })
  })

  describe('is used when the steps after it are not all recorded', () => {
    const from = async (options: { recorded?: number; atLeast?: number }) => (await checkpointsIn(directory).read(options)).step
    test('up to the newest, and only then', async () => {
      expect(await from({})).toBe(8)
      expect(await from({ recorded: 8 })).toBe(8)
      expect(await from({ recorded: 7 })).toBe(3)
      expect(await from({ recorded: 3 })).toBe(3)
    })
    test('but not if a gap would remain, the step is too early, the learning rate was changed, or it is damaged', async () => {
      expect(await from({ recorded: 2 })).toBe(8)
      expect(await from({ recorded: 7, atLeast: 4 })).toBe(8)
      await folder.write({ ...checkpoint(9), learningRate: 0.5 })
      expect(await from({ recorded: 8 })).toBe(9)
      await writeFile(join(directory, 'checkpoint.previous.json'), '')
      expect(await from({ recorded: 8 })).toBe(9)
    })
    test('and stays the previous one when the steps were taken again', async () => {
      const next = checkpointsIn(directory)
      await next.read({ recorded: 7 })
      await next.write(checkpoint(9))
      expect(await from({})).toBe(9)
      expect(await from({ recorded: 8 })).toBe(3)
    })
  })

  test('is of no use when it is damaged too', async () => {
    await edit(() => '')
    await writeFile(join(directory, 'checkpoint.previous.json'), '')
    await expect(found()).rejects.toMatchObject({ code: 'checkpoint.damaged', params: { file: 'checkpoint.json' } })
  })
})
