/** Looks at many inputs in parts, as with a large vocabulary, are those at all of them together. */
import { expect, test, vi } from 'vitest'
import { lookRequest } from '@core/contract/look'
import { createInstalledTfjs } from '../../main/engine/tfjs'
import { dropoutLab } from '../testing/trainers'
import { createTraining } from '../training'
import { look } from './look'
import type { sequencesAtOnce as sequencesAtOnceOf } from './room'

const most = vi.hoisted(() => ({ sequences: 64 }))
vi.mock('./room', async (original) => ({ ...(await original<object>()), sequencesAtOnce: () => most.sequences }))

test.each([1, 2, 3])('at most %i at once', async (sequences) => {
  const training = createTraining(await createInstalledTfjs(), dropoutLab(), null)
  const inputs = Array.from({ length: 5 }, (_, sample) => ({ sample }))
  for (const focus of [0, 4]) {
    const request = lookRequest.parse({ inputs, focus, values: [{ name: 'multi-head/attention' }] })
    most.sequences = 64
    const whole = await look(training, request)
    expect(whole.missing).toEqual([])
    most.sequences = sequences
    expect(await look(training, request)).toEqual(whole)
  }
  training.model.dispose()
})

test('a pass of a small model has many sequences, of GPT-2 few', async () => {
  const { sequencesAtOnce } = await vi.importActual<{ sequencesAtOnce: typeof sequencesAtOnceOf }>('./room')
  const { signature } = createTraining(await createInstalledTfjs(), dropoutLab(), null).model
  expect(sequencesAtOnce(signature)).toBeGreaterThan(64)
  const large = { ...signature, aim: 'tokens', classes: 50_257 } as const
  expect([128, 1024].map((length) => sequencesAtOnce({ ...large, length }))).toEqual([2, 1])
})
