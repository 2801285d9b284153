/** Which engine computes, and what is said where the fastest cannot. */
import { afterEach, expect, test, vi } from 'vitest'
import { LabError, toProblem } from '@core/errors'
import { createExecutor, installedEngines } from './choose'
import * as native from './onnxruntime/executor'

vi.mock(import('./onnxruntime/executor'), async (original) => {
  const real = await original()
  return { ...real, createOnnxExecutor: vi.fn(real.createOnnxExecutor) }
})
afterEach(() => vi.mocked(native.createOnnxExecutor).mockClear())

const unavailable = () =>
  Promise.reject(new LabError('engine.unavailable', { engine: 'onnxruntime', detail: 'no library for this system' }))

test('auto takes ONNX Runtime where it starts, and says nothing', async () => {
  const told = vi.fn()
  expect((await createExecutor('auto', told)).name).toBe('onnxruntime')
  expect(told).not.toHaveBeenCalled()
})

test('auto takes TensorFlow.js where it does not, and says why', async () => {
  vi.mocked(native.createOnnxExecutor).mockImplementationOnce(unavailable)
  const told = vi.fn()
  expect((await createExecutor('auto', told)).name).toBe('tfjs')
  expect(told.mock.calls.map(([reason]) => toProblem(reason))).toEqual([
    { code: 'engine.fallback', params: { engine: 'onnxruntime', used: 'tfjs', detail: 'no library for this system' } },
  ])
})

test('an engine that was asked for is not replaced', async () => {
  vi.mocked(native.createOnnxExecutor).mockImplementationOnce(unavailable)
  await expect(createExecutor('onnxruntime', () => undefined)).rejects.toThrow(/no library for this system/)
  expect((await createExecutor('tfjs', () => undefined)).name).toBe('tfjs')
})

test('the engines of this machine begin with the one that auto takes', async () => {
  const [first] = installedEngines()
  expect((await createExecutor('auto', () => undefined)).name).toBe(first?.name)
  expect(installedEngines().at(-1)).toEqual({ name: 'tfjs', threads: 1 })
  for (const { threads } of installedEngines()) expect(threads).toBeGreaterThan(0)
})

test('on Windows auto leaves ONNX Runtime out, as it reports to the system, and whoever asks for it is told so', async () => {
  const told = vi.fn()
  expect((await createExecutor('auto', told, 'win32')).name).toBe('tfjs')
  expect(native.createOnnxExecutor).not.toHaveBeenCalled()
  expect(installedEngines('win32').map(({ name }) => name)).toEqual(['tfjs', 'onnxruntime'])
  expect(told).not.toHaveBeenCalled()

  expect((await createExecutor('onnxruntime', told, 'win32')).name).toBe('onnxruntime')
  expect(told.mock.calls.map(([notice]) => toProblem(notice).code)).toEqual(['engine.reports'])
})
