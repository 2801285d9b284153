/** Training steps on different numbers of threads: the same bytes, or not at all. */
import { emitModel } from '@core/onnx/emit'
import { standardLab, standardText } from '@core/models/standard-models'
import { ProgramBuilder } from '@core/program/builder'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Executor } from '@engine/executor'
import { createTraining, hashStates } from '@engine/training'
import { weight } from '@engine/testing/programs'
import { trainStep } from '@engine/training-step'
import { createOnnxExecutor } from './executor'
import { loadRuntime, type OnnxRuntime } from './runtime'
import { Session } from './session'
import { OnnxStates, type Segment } from './states'
import { StepSession } from './step-session'
import * as choice from './thread-choice'
import { nodeSurroundings } from '../../engine/surroundings'

let runtime: OnnxRuntime
let executor: Executor
beforeAll(async () => {
  runtime = await loadRuntime()
  executor = await createOnnxExecutor()
})

/** w ← w + 1, whose bytes are the same on any number of threads. */
function counting() {
  const b = new ProgramBuilder()
  const w = weight(b, 'w', [2])
  b.update('w', b.add(w, 1))
  return b.build()
}

async function opened(counts: readonly number[]) {
  const program = counting()
  const store = new OnnxStates()
  store.add(program.states)
  store.write(new Map([['w', Float32Array.of(1, 2)]]))
  const segments: ReadonlyMap<string, Segment> = new Map([['w', store.segmentOf(['w'])]])
  const session = await StepSession.open(runtime, emitModel(program, [], true), counts)
  return { session, store, segments, step: () => session.run({}, store, segments) }
}

describe('the number of threads', () => {
  it.each([
    ['embedding and attention', { width: 128, layers: 1, heads: 4, length: 32, batch: 12, vocabulary: 65 }],
    ['a small model', { width: 32, layers: 1, heads: 4, length: 32, batch: 16, vocabulary: 32 }],
  ])('changes no byte: %s', async (_, model) => {
    const hashes = []
    for (const count of [1, 2, 3, 8]) {
      const counts = vi.spyOn(choice, 'threadCounts').mockReturnValue([count])
      const trained = createTraining(executor, standardLab('threads', model), standardText(model))
      for (let step = 1; step <= 5; step++) await trainStep(trained)
      expect(trained.train.executable.threads).toBe(count)
      hashes.push(hashStates(trained, nodeSurroundings))
      trained.model.dispose()
      counts.mockRestore()
    }
    expect(new Set(hashes).size).toBe(1)
  })

  it('is settled within the first steps, each of which counts', async () => {
    const { session, segments, step } = await opened([2, 1])
    let steps = 0
    for (; session.chosen === null; steps++) {
      await step()
      for (const segment of segments.values()) segment.swap()
    }
    expect([1, 2]).toContain(session.chosen)
    expect([...segments.get('w')!.current]).toEqual([1 + steps, 2 + steps])
    await session.release()
  })

  it('is not taken where the bytes differ, and the step is as it would have been', async () => {
    const open = Session.open.bind(Session)
    const other = vi.spyOn(Session, 'open').mockImplementation(async (with_, emitted, purpose, threads) => {
      const session = await open(with_, emitted, purpose, threads)
      if (threads === 1) {
        const run = session.run.bind(session)
        session.run = async (feeds, store, segments) => {
          const outputs = await run(feeds, store, segments)
          segments.get('w')!.next[0]! += 1e-6
          return outputs
        }
      }
      return session
    })
    const { session, segments, step } = await opened([2, 1])
    while (session.chosen === null) await step()
    expect(session.chosen).toBe(2)
    expect([...segments.get('w')!.next]).toEqual([2, 3])
    await session.release()
    other.mockRestore()
  })

  it('leaves one session open, and none when it is released', async () => {
    const [open, release] = [vi.spyOn(Session, 'open'), vi.spyOn(Session.prototype, 'release')]
    const { session, step } = await opened([3, 2, 1])
    while (session.chosen === null) await step()
    expect(open.mock.calls.map(([, , , threads]) => threads).slice(0, 3)).toEqual([3, 2, 1])
    expect(open.mock.calls.length - release.mock.calls.length).toBe(1)
    await session.release()
    expect(open.mock.calls.length).toBe(release.mock.calls.length)
    open.mockRestore()
    release.mockRestore()
  })
})
