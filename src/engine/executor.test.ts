/** The contract of every engine: states, updates, inputs, and diagnosis of NaN. */
import { onGpu, testedEngines } from './testing/tested-engines'
import { ProgramBuilder } from '@core/program/builder'
import { beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import type { Executor } from './executor'
import { evaluation, training, weight } from './testing/programs'

describe.each(testedEngines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })

  describe('states', () => {
    test('change only by commit, and are shared by all programs of the store', async () => {
      const store = executor.createStore()
      const train = executor.compile(training(), store)
      const evaluate = executor.compile(evaluation(), store)
      store.write(new Map([['layer/w', Float32Array.of(1, 2)]]))
      const x = Float32Array.of(1, 3)

      const outputs = await train.run({ x }, ['loss', 'y'], true)
      expect(outputs.get('loss')).toEqual(Float32Array.of(37))
      expect(store.read().get('layer/w')).toEqual(Float32Array.of(1, 2))
      train.commit()
      // 1 − 0.1·1·1 and 2 − 0.1·3·6
      expect([...store.read(['layer/w']).get('layer/w')!].map((value) => value.toFixed(5))).toEqual(['0.90000', '0.20000'])
      expect(store.read().get('steps')).toEqual(Float32Array.of(1))
      expect([...(await evaluate.run({ x }, ['y'])).get('y')!].map((value) => value.toFixed(5))).toEqual(['0.90000', '0.60000'])
      store.dispose()
    })

    test('cannot be committed twice or without an update', async () => {
      const train = executor.compile(training(), executor.createStore())
      const x = Float32Array.of(1, 3)
      await train.run({ x }, ['loss'])
      expect(() => train.commit()).toThrow(/no update/)
      await train.run({ x }, ['loss'], true)
      train.commit()
      expect(() => train.commit()).toThrow(/no update/)
    })

    test('can be read after they were computed and before they are committed', async () => {
      const store = executor.createStore()
      const train = executor.compile(training(), store)
      store.write(new Map([['layer/w', Float32Array.of(1, 2)]]))
      expect(train.uncommitted(['layer/w']).size).toBe(0)
      await train.run({ x: Float32Array.of(1, 3) }, ['loss'], true)
      const pending = train.uncommitted(['steps', 'layer/w', 'nobody/w'])
      expect(store.read()).toEqual(
        new Map([
          ['layer/w', Float32Array.of(1, 2)],
          ['steps', Float32Array.of(0)],
        ]),
      )
      train.commit()
      expect(new Map([...pending].toSorted())).toEqual(store.read())
      expect(train.uncommitted(['layer/w']).size).toBe(0)
    })

    test('leave existing ones unchanged when added after some steps', async () => {
      const store = executor.createStore()
      const train = executor.compile(training(), store)
      const step = async () => {
        await train.run({ x: Float32Array.of(1, 3) }, [], true)
        train.commit()
      }
      await step()
      const b = new ProgramBuilder()
      b.update('later/w', b.add(weight(b, 'later/w', [2]), weight(b, 'layer/w', [2])))
      const other = executor.compile(b.build(), store)
      store.write(new Map([['layer/w', Float32Array.of(1, 2)]]))
      await other.run({}, [], true)
      other.commit()
      await step()
      const { 'layer/w': w, 'later/w': later, steps } = Object.fromEntries(store.read())
      expect([...later!]).toEqual([1, 2])
      expect([...w!].map((value) => value.toFixed(5))).toEqual(['0.90000', '0.20000'])
      expect([...steps!]).toEqual([2])
    })

    test('can swap values', async () => {
      const b = new ProgramBuilder()
      const [p, q] = [weight(b, 'p', [2]), weight(b, 'q', [2])]
      b.update('p', q)
      b.update('q', p)
      const store = executor.createStore()
      const executable = executor.compile(b.build(), store)
      store.write(
        new Map([
          ['p', Float32Array.of(1, 2)],
          ['q', Float32Array.of(3, 4)],
        ]),
      )
      await executable.run({}, [], true)
      executable.commit()
      expect(store.read()).toEqual(
        new Map([
          ['p', Float32Array.of(3, 4)],
          ['q', Float32Array.of(1, 2)],
        ]),
      )
    })

    test('are read in name order, and unknown names are skipped', async () => {
      const store = executor.createStore()
      executor.compile(training(), store)
      expect([...store.read(['steps', 'nobody', 'layer/w']).keys()]).toEqual(['layer/w', 'steps'])
    })

    test('reject unknown names and wrong lengths', async () => {
      const store = executor.createStore()
      executor.compile(training(), store)
      expect(() => store.write(new Map([['nobody', Float32Array.of(1)]]))).toThrow(/no state called nobody/)
      expect(() => store.write(new Map([['layer/w', Float32Array.of(1)]]))).toThrow(/takes 2 numbers, got 1/)
    })
  })

  test.each([
    ['nothing', {}, /input x: takes 2 numbers, got nothing/],
    ['too much', { x: Float32Array.of(1, 2, 3) }, /input x: takes 2 numbers, got 3/],
  ])('rejects an input that is fed %s', async (_, feeds, message) => {
    const executable = executor.compile(evaluation(), executor.createStore())
    await expect(executable.run(feeds, ['y'])).rejects.toThrow(message)
  })

  test('an input that no requested output depends on may be omitted', async () => {
    const b = new ProgramBuilder()
    b.output('loss', b.dataInput('targets', [1], 'float32'))
    b.output('y', b.add(b.dataInput('x', [1], 'float32'), 1))
    const executable = executor.compile(b.build(), executor.createStore())
    expect((await executable.run({ x: Float32Array.of(2) }, ['y'])).get('y')).toEqual(Float32Array.of(3))
  })

  test('outputs may be inputs, states, constants, and one value in two shapes', async () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2, 2], 'float32')
    b.output('input', x)
    b.output('state', weight(b, 'w', [1]))
    b.output('constant', b.constant(Int32Array.of(7)))
    b.output('flat', b.reshape(x, [4]))
    const executable = executor.compile(b.build(), executor.createStore())
    const outputs = await executable.run({ x: Float32Array.of(1, 2, 3, 4) }, ['input', 'state', 'constant', 'flat'])
    expect(outputs.get('input')).toEqual(outputs.get('flat'))
    expect(outputs.get('constant')).toEqual(Int32Array.of(7))
    expect(outputs.get('state')).toEqual(Float32Array.of(0))
  })

  test('a failed allocation throws an error of memory, and later programs have the same memory as before', async () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [1], 'float32')
    b.output('y', b.sum(b.exp(b.broadcast(x, [2 ** 20, 2 ** 20])), [0, 1])) // 4 terabytes
    const executable = executor.compile(b.build(), executor.createStore())
    for (let i = 0; i < 2; i++) {
      await expect(executable.run({ x: Float32Array.of(0) }, ['y'])).rejects.toMatchObject(
        onGpu
          ? { code: 'engine.device-memory', params: { device: executor.device } }
          : {
              code: 'run.out-of-memory',
              params: { megabytes: expect.toSatisfy((megabytes: number) => megabytes >= (4 * 2 ** 40) / 1e6) as number },
            },
      )
    }
    executable.dispose()
    const again = executor.compile(evaluation(), executor.createStore())
    expect((await again.run({ x: Float32Array.of(1, 2) }, ['y'])).get('y')).toEqual(Float32Array.of(0, 0))
  })

  describe('diagnosis', () => {
    test('names the operation and the block that NaN came from', async () => {
      const b = new ProgramBuilder()
      const x = b.dataInput('x', [2], 'float32')
      const fine = b.withBlock('embedding', () => b.mul(x, 2))
      const bad = b.withBlock('norm', () => b.log(fine))
      b.output('loss', b.sum(b.reshape(b.mul(b.reshape(bad, [2, 1]), 3), [2]), 0))
      const executable = executor.compile(b.build(), executor.createStore())
      expect(await executable.diagnose({ x: Float32Array.of(1, -1) }, ['loss'])).toEqual({
        operation: 'log',
        block: 'norm',
        kind: 'nan',
      })
      expect(await executable.diagnose({ x: Float32Array.of(1, 2) }, ['loss'])).toBeNull()
    })

    test('traces NaN back to the overflow that caused it', async () => {
      const b = new ProgramBuilder()
      const x = b.dataInput('x', [2], 'float32')
      const large = b.withBlock('feed-forward', () => b.exp(x))
      b.output(
        'loss',
        b.withBlock('classifier', () => b.sum(b.sub(large, b.mul(large, 2)), 0)),
      )
      const executable = executor.compile(b.build(), executor.createStore())
      expect(await executable.diagnose({ x: Float32Array.of(1, 200) }, ['loss'])).toEqual({
        operation: 'exp',
        block: 'feed-forward',
        kind: 'infinity',
      })
    })

    test('does not blame the infinities of a mask', async () => {
      const b = new ProgramBuilder()
      const x = b.dataInput('x', [2], 'float32')
      const masked = b.withBlock('attention', () => b.softmax(b.add(x, b.constant(Float32Array.of(0, -Infinity)))))
      b.output(
        'loss',
        b.sum(
          b.withBlock('head', () => b.sqrt(b.sub(masked, 2))),
          0,
        ),
      )
      const executable = executor.compile(b.build(), executor.createStore())
      expect(await executable.diagnose({ x: Float32Array.of(1, 2) }, ['loss'])).toEqual({
        operation: 'sqrt',
        block: 'head',
        kind: 'nan',
      })
    })

    test('names a weight that is not finite itself', async () => {
      const store = executor.createStore()
      const executable = executor.compile(evaluation(), store)
      store.write(new Map([['layer/w', Float32Array.of(1, NaN)]]))
      expect(await executable.diagnose({ x: Float32Array.of(1, 2) }, ['y'])).toEqual({
        operation: 'state',
        block: 'layer',
        kind: 'nan',
      })
    })
  })
})
