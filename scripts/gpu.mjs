/**
 * `npm run test:gpu`: tests the engine on the graphics processor: every operation, every block and every built-in lab. Where there is no such
 * device, it uses SwiftShader, the one in software that comes with Chromium; without that it says that nothing was run. Takes minutes.
 */
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { ensureBuilt, ensureInstalled } from './prepare.mjs'
import { main, runNode } from './process.mjs'
import { gpuEnvironment } from './swiftshader.mjs'

const files = [
  'src/engine/operations.test.ts',
  'src/engine/executor.test.ts',
  'src/engine/blocks.test.ts',
  'src/engine/gpu.test.ts',
]

await main(async () => {
  await ensureInstalled()
  await ensureBuilt()
  const chromium = gpuEnvironment() ? null : await findChromium()
  const device = gpuEnvironment(chromium ? [chromium.path] : [])
  if (!device) {
    console.log('Graphics processor: not run, as there is none here, nor a Chromium with SwiftShader.')
    return 0
  }
  const env = { ...device, ATTENTION_LAB_TEST_GPU: '1' }
  const { code } = await runNode(join('node_modules', 'vitest', 'vitest.mjs'), ['run', ...files, ...process.argv.slice(2)], {
    show: true,
    env,
  })
  return code
})
