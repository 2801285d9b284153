/** The memory of the TensorFlow.js engine. */
import { ProgramBuilder } from '@core/program/builder'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Executor } from '../executor'
import { training } from '../testing/programs'
import { Arena } from './memory'
import { loadWasm, type WasmModule } from './wasm'
import { createInstalledTfjs, wasmFolder } from '../../main/engine/tfjs'

let executor: Executor
let wasm: WasmModule
beforeAll(async () => {
  executor = await createInstalledTfjs()
  wasm = await loadWasm(wasmFolder)
})

describe('memory', () => {
  /** Bytes between the start of the heap and a fresh block at its end: grows by what was not given back. */
  const heap = () => wasm.HEAPU8.length

  test('1,000 steps and compilations need no more than the first', async () => {
    const round = async () => {
      const store = executor.createStore()
      const executable = executor.compile(training(), store)
      for (let i = 0; i < 10; i++) {
        await executable.run({ x: Float32Array.of(i, 1) }, ['loss'], true)
        executable.commit()
      }
      executable.dispose()
      store.dispose()
    }
    const block = () => {
      const offset = wasm._malloc(1 << 20) >>> 0
      wasm._free(offset)
      return offset
    }
    await round()
    const [bytes, free] = [heap(), block()]
    for (let i = 0; i < 100; i++) await round()
    expect(heap()).toBe(bytes)
    expect(block()).toBe(free)
  })

  test('values take turns: a long chain needs no more than a short one', async () => {
    const before = heap()
    const b = new ProgramBuilder()
    let x = b.dataInput('x', [1 << 20], 'float32')
    // 200 values of 4 MB each, two of them alive at a time.
    for (let i = 0; i < 200; i++) x = b.add(x, i + 1)
    b.output('y', b.sum(x, 0))
    const executable = executor.compile(b.build(), executor.createStore())
    const sum = (await executable.run({ x: new Float32Array(1 << 20) }, ['y'])).get('y')![0]!
    expect(sum / (1 << 20)).toBeCloseTo(20100, 0)
    executable.dispose()
    expect(heap() - before).toBeLessThan(40e6)
  })

  test('the arena fills gaps and joins neighbours', () => {
    const arena = new Arena()
    const [a, b, c] = [arena.allocate(16), arena.allocate(16), arena.allocate(16)]
    expect([a, b, c]).toEqual([0, 64, 128])
    arena.free(a, 16)
    arena.free(b, 16)
    expect(arena.allocate(32)).toBe(0)
    arena.free(c, 16)
    expect(arena.allocate(1)).toBe(128)
    expect(arena.size).toBe(192)
  })
})
