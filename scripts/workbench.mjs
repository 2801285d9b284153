/** The workbench in Chromium, on a browser host with a workspace of its own, for benchmarks and screenshots. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { root } from './process.mjs'

/**
 * @param {import('playwright').BrowserContextOptions} options
 * @param {string} checkout where the application was built
 * @param {(workspace: string) => void} prepare fills the workspace, which is empty, before the host starts
 * @param {readonly string[]} command that starts the host
 * @returns {Promise<{ page: import('playwright').Page, close(): Promise<void> }>}
 */
export async function openWorkbench(options, checkout = root, prepare = () => undefined, command = ['serve']) {
  const { chromium } = await import('playwright')
  const workspace = mkdtempSync(join(tmpdir(), 'attention-lab-'))
  prepare(workspace)
  const host = spawn(process.execPath, [join(checkout, 'bin', 'attention-lab.mjs'), ...command], {
    env: { ...process.env, ATTENTION_LAB_HOME: workspace },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const found = await findChromium()
  const browser = await chromium.launch({
    ...(found ? { executablePath: found.path } : {}),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  const page = await (await browser.newContext(options)).newPage()
  await page.goto(await address(host))
  return {
    page,
    async close() {
      await browser.close()
      if (host.exitCode === null && host.kill()) await once(host, 'exit')
      rmSync(workspace, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, null>} host
 * @returns {Promise<string>} the address it prints, with its token
 */
function address(host) {
  return new Promise((resolve, reject) => {
    host.once('exit', (code) => reject(new Error(`The browser host ended with code ${code} before it printed its address.`)))
    host.stdout.on('data', (chunk) => {
      const [match] = /http:\/\/\S+/.exec(String(chunk)) ?? []
      if (match) resolve(match)
    })
  })
}
