/**
 * Prepares a fresh clone: installs what is missing and builds what is stale. All messages go to standard error, to keep the command line's
 * output clean. Node built-ins only, because nothing may be installed yet.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { withLock } from './lock.mjs'
import { Refusal, root, run, runNode } from './process.mjs'

const say = (sentence) => console.error(sentence)
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'))

/** Installs the packages of package-lock.json unless they are installed. */
export async function ensureInstalled() {
  checkNode()
  if (isInstalled()) return
  await withLock('install', async () => {
    if (isInstalled()) return // installed by another process during the wait
    say('Installing the packages Attention Lab is built from (npm ci); this takes a minute or two, once.')
    const result = await runNpm(['ci', '--include=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'])
    if (result.code !== 0) throw new Refusal(installFailure(result))
    if (!isInstalled()) throw new Refusal('npm ci finished, yet packages are missing. Delete node_modules and try again.')
  })
}

function checkNode() {
  const wanted = read('package.json').engines.node.replace(/[^\d.]/g, '')
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number)
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    throw new Refusal(
      `Attention Lab needs Node.js ${wanted} or newer, and this is ${process.versions.node}. Install it from https://nodejs.org.`,
    )
  }
}

/** npm writes a hidden lock file last, so packages are installed if it lists all of ours. */
function isInstalled() {
  const hidden = join('node_modules', '.package-lock.json')
  if (!existsSync(join(root, hidden))) return false
  const installed = read(hidden).packages
  return Object.entries(read('package-lock.json').packages).every(
    ([path, wanted]) => path === '' || wanted.optional || wanted.devOptional || installed[path]?.version === wanted.version,
  )
}

function runNpm(args) {
  const besideNode = [
    process.env.npm_execpath ?? '',
    join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ]
  const script = besideNode.find((path) => path.endsWith('npm-cli.js') && existsSync(path))
  // npm is a batch file on Windows, which needs a shell.
  return script ? runNode(script, args) : run('npm', args, { shell: process.platform === 'win32' })
}

function installFailure({ code, output }) {
  if (code === 127) return 'npm was not found. It comes with Node.js: install that from https://nodejs.org and try again.'
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|network/i.test(output)) {
    return `The packages could not be fetched: the registry cannot be reached. Connect to a network once and try again.\n\n${output.trim()}`
  }
  if (/ENOSPC/.test(output)) return 'There is not enough disk space to install the packages (about 1.5 GB are needed).'
  if (/EACCES|EPERM/.test(output))
    return `The packages could not be written to ${join(root, 'node_modules')}.\n\n${output.trim()}`
  return `npm ci failed:\n\n${output.trim()}`
}

/** Builds the application into `out/` unless it was built from exactly these sources. */
export async function ensureBuilt() {
  if (isBuilt(hashOfSources())) return
  await withLock('build', async () => {
    const hash = hashOfSources()
    if (isBuilt(hash)) return
    say('Building Attention Lab.')
    rmSync(stamp, { force: true }) // so that an interrupted build does not count as finished
    const script = join('node_modules', 'electron-vite', 'bin', 'electron-vite.js')
    const result = await runNode(script, ['build', '--logLevel', 'warn'])
    if (result.code !== 0) throw new Refusal(`The build failed:\n\n${result.output.trim()}`)
    mkdirSync(dirname(stamp), { recursive: true })
    writeFileSync(stamp, hash)
  })
}

const stamp = join(root, 'out', '.sources')
const isBuilt = (hash) => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash

/** SHA-256 over the names and contents of all build inputs. */
function hashOfSources() {
  const hash = createHash('sha256')
  for (const path of sources()) hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0')
  return hash.digest('hex')
}

function sources() {
  const inFolders = ['src', 'resources'].flatMap((folder) => {
    if (!existsSync(join(root, folder))) return []
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
  })
  const single = ['electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.base.json'].map((name) =>
    join(root, name),
  )
  return [...inFolders, ...single].sort()
}
