/**
 * `npm start`: installs and builds what is missing, then opens the lab in its desktop window; if that is impossible, prints the reason and
 * starts the browser host. `npm start -- --browser` starts the browser host directly; further arguments are passed to it.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { electronBinary, fetchElectron, hasDisplay } from './electron.mjs'
import { ensureBuilt, ensureInstalled } from './prepare.mjs'
import { endWithUs, main, root } from './process.mjs'

const early = 10_000 // milliseconds: a window that fails this soon never opened

await main(async () => {
  await ensureInstalled()
  await ensureBuilt()
  const args = process.argv.slice(2)
  const reason = args.includes('--browser') ? '' : await openDesktop()
  if (reason === null) return process.exitCode
  if (reason) console.error(`${reason} The lab goes on in the browser.`)
  const rest = args.filter((argument) => argument !== '--browser')
  process.argv = [
    process.execPath,
    join(root, 'bin', 'attention-lab.mjs'),
    'serve',
    ...(hasDisplay() ? ['--open'] : []),
    ...rest,
  ]
  await import('../bin/attention-lab.mjs')
  return process.exitCode
})

/** Runs the desktop window to its end and returns null, or returns the reason why it cannot open. */
async function openDesktop() {
  if (!hasDisplay()) return 'There is no display for a desktop window.'
  let binary = electronBinary()
  if (!binary) {
    console.error('Fetching Electron for the desktop window (about 120 MB, once).')
    binary = await fetchElectron()
  }
  if (!binary) return 'Electron, which the desktop window needs, could not be fetched.'
  return runDesktop(binary)
}

function runDesktop(binary) {
  return new Promise((resolve) => {
    const started = Date.now()
    const child = spawn(binary, [root], { stdio: ['inherit', 'inherit', 'pipe'] })
    const release = endWithUs(child)
    let text = ''
    child.stderr.on('data', (chunk) => {
      if (Date.now() - started > early) process.stderr.write(chunk)
      else text += chunk
    })
    const finish = (code, why) => {
      release()
      if (code !== 0 && Date.now() - started < early) return resolve(`The desktop window could not start (${why}).`)
      process.exitCode = code
      resolve(null)
    }
    child.once('error', (error) => finish(1, error.message))
    child.once('close', (code, signal) => finish(code ?? 1, cause(text) ?? `it ended with ${signal ?? `code ${code}`}`))
  })
}

/** The line of Electron's output with the cause. */
function cause(text) {
  const line = text.split('\n').find((one) => /sandbox|shared librar|cannot open|FATAL|Error/.test(one))
  return line
    ?.replace(/^\[[^\]]*\]\s*/, '')
    .trim()
    .slice(0, 200)
}
