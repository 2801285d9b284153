/** Finds a Chromium for the browser tests: Playwright's, the system's, a downloaded one, or Debian's package. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run, runNode } from './process.mjs'

const minutes = 60_000

/** @returns {Promise<{ path: string, source: string } | null>} */
export async function findChromium() {
  const named = process.env.ATTENTION_LAB_CHROMIUM
  if (named) return { path: named, source: 'ATTENTION_LAB_CHROMIUM' }
  const { chromium } = await import('playwright')
  const own = () => (works(chromium.executablePath()) ? { path: chromium.executablePath(), source: 'Playwright' } : null)
  return own() ?? system() ?? (await download(own)) ?? (await debianPackage())
}

function system() {
  const path = candidates().find(works)
  return path ? { path, source: 'the system' } : null
}

function candidates() {
  const names = [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
    'microsoft-edge-stable',
  ]
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  const applications = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  )
  const programs = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].filter(
    (folder) => folder !== undefined,
  )
  const windows = programs.flatMap((folder) => [
    join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
    join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
  ])
  return process.platform === 'win32' ? windows : process.platform === 'darwin' ? [...applications, ...onPath] : onPath
}

/** Some systems install a stub that asks for the real package, so existence is not enough. */
function works(path) {
  if (!path || !existsSync(path)) return false
  if (process.platform === 'win32') return true // chrome.exe --version would open a window
  try {
    return /\d+\.\d+/.test(
      execFileSync(path, ['--version'], { timeout: 20_000, stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
    )
  } catch {
    return false
  }
}

async function download(own) {
  console.log('Downloading a Chromium for the browser tests (once).')
  const script = join('node_modules', '@playwright', 'test', 'cli.js')
  const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' }
  const { output } = await runNode(script, ['install', 'chromium'], { env, timeout: 5 * minutes })
  const found = own()
  if (!found) console.log(`That did not work: ${output.trim().split('\n').at(-1)}`)
  return found
}

async function debianPackage() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return null
  console.log("Installing Debian's chromium package for the browser tests (once).")
  const packages = ['chromium', ...(hasChineseFont() ? [] : ['fonts-noto-cjk'])]
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, timeout: 10 * minutes }
  await run('apt-get', ['update', '-q'], options)
  const { code, output } = await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], options)
  if (code !== 0) console.log(`That did not work: ${output.trim().split('\n').at(-1)}`)
  return system()
}

function hasChineseFont() {
  try {
    return execFileSync('fc-list', [':lang=zh'], { stdio: ['ignore', 'pipe', 'ignore'] }).length > 0
  } catch {
    return false
  }
}
