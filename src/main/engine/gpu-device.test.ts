/**
 * The contract of engines holds on the graphics processor, or on SwiftShader's; where there is none, a sentence says so. `npm run test:gpu` tests
 * every operation, block and lab. The second test needs `npm run build`.
 */
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { gpuEnvironment } from '../../../scripts/swiftshader.mjs'
import { notRun } from '../testing/not-run'

const root = resolve(import.meta.dirname, '../../..')

interface Ended {
  readonly code?: number | undefined
  readonly stdout: string
  readonly stderr: string
}

const run = (args: readonly string[], env: Record<string, string>): Promise<Ended> =>
  promisify(execFile)(process.execPath, args, { cwd: root, env: { ...process.env, ...env } }).catch(
    (error: unknown) => error as Ended,
  )

// The loader of Vulkan reads its environment once: so in processes of their own.
test('the graphics processor keeps the contract of engines', { timeout: 120_000 }, async (context) => {
  const env = gpuEnvironment()
  if (!env) return notRun(context, 'there is no graphics processor here, nor a Chromium with SwiftShader')
  const vitest = join('node_modules', 'vitest', 'vitest.mjs')
  const {
    code = 0,
    stdout,
    stderr,
  } = await run([vitest, 'run', 'src/engine/executor.test.ts'], {
    ...env,
    ATTENTION_LAB_TEST_GPU: '1',
  })
  if (/engine\.no-device|no graphics processor/.test(stdout + stderr)) notRun(context, 'there is no graphics processor here')
  expect(stdout).toMatch(/Tests.*\d+ passed/)
  expect({ code, failed: /failed/.test(stdout) }).toEqual({ code: 0, failed: false })
})

test('where there is none, a sentence says so', async (context) => {
  const env = gpuEnvironment()
  if (process.platform !== 'linux' || (env && Object.keys(env).length === 0)) {
    notRun(context, 'this computer may have a graphics processor')
  }
  const none = { VK_ICD_FILENAMES: '', VK_DRIVER_FILES: '', VK_ADD_DRIVER_FILES: '' }
  const args = ['out/main/cli.js', 'train', 'from-scratch', '--engine', 'onnxruntime-gpu', '--steps', '1']
  const { code, stderr } = await run(args, { ...none, LC_ALL: 'en_GB.UTF-8' })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^This computer has no graphics processor that the engine “onnxruntime-gpu” can use/)
})
