/**
 * The built application trains on a graphics processor, or on SwiftShader's: the same losses as on the processor, the same bytes twice. Needs
 * `npm run build`. `npm run test:gpu` tests all of it.
 */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { gpuEnvironment } from '../../../scripts/swiftshader.mjs'
import { notRun } from '../testing/not-run'

const script = resolve(import.meta.dirname, '../../../out/main/cli.js')
const steps = 5

interface Line {
  readonly type: string
  readonly loss: number
  readonly code?: string
  readonly message?: string
}

async function train(engine: string, env: Record<string, string>): Promise<Line[]> {
  const args = [script, 'train', 'from-scratch', '--engine', engine, '--steps', String(steps), '--json']
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } }).catch(
    (error: unknown) => error as { stdout: string },
  )
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}
const lossesOf = (lines: readonly Line[]): number[] => lines.filter(({ type }) => type === 'step').map(({ loss }) => loss)

test('the graphics processor trains as the processor does', { timeout: 120_000 }, async (context) => {
  const env = gpuEnvironment()
  if (!env) return notRun(context, 'there is no graphics processor here, nor a Chromium with SwiftShader')
  const own = await train('onnxruntime-gpu', env)
  if (own.some(({ code }) => code === 'engine.no-device')) return notRun(context, 'there is no graphics processor here')
  const [losses, reference] = [lossesOf(own), lossesOf(await train('onnxruntime', env))]
  expect(losses).toHaveLength(steps)
  losses.forEach((loss, i) => expect(Math.abs(loss / reference[i]! - 1)).toBeLessThan(1e-4))
})

test.runIf(process.platform === 'linux')('where there is none, a sentence says so', async (context) => {
  if (Object.keys(gpuEnvironment() ?? { none: '' }).length === 0) notRun(context, 'this computer has a graphics processor')
  const none = { VK_ICD_FILENAMES: '', VK_DRIVER_FILES: '', VK_ADD_DRIVER_FILES: '' }
  const [line] = await train('onnxruntime-gpu', none)
  expect(line).toMatchObject({ code: 'engine.no-device' })
})
