/**
 * Nothing leaves the machine: whatever the built application trains, generates or serves, none of its processes, native code
 * included, looks up a name or reaches beyond this computer, and none leaves a file where nobody asked for one. Needs `npm run build`.
 *
 * ONNX Runtime's telemetry wrote its files at once and called its collector nine seconds after it was loaded, so each command is
 * watched for longer than that.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { constants, setPriority, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { newAbort } from '@core/contract/cancel'
import { socketPath, socketProtocol } from '@core/contract/handover'
import { labEvents, labMethods } from '@core/contract/lab'
import { connect } from '@core/contract/rpc'
import { networkAddresses } from './desk/addresses'
import { offences, offencesOfClass } from './testing/network-trace'
import { notRun } from './testing/not-run'
import { socketPort } from './web/socket-port'

/** Not `bin/attention-lab.mjs`, which in a clone installs what is missing from a registry first. */
const script = resolve(import.meta.dirname, '../../out/main/cli.js')
const watched = 20_000 // milliseconds

const commands = {
  'training with ONNX Runtime': 'train reverse --engine onnxruntime --steps 1000000 --out kept',
  'training with TensorFlow.js': 'train reverse --engine tfjs --steps 1000000 --out kept',
  'generating with ONNX Runtime': 'generate characters --engine onnxruntime --length 10000 --samples 8',
  'generating with TensorFlow.js': 'generate characters --engine tfjs --length 10000 --samples 8',
  'serving the workbench': 'serve',
}

/** A class reaches the network of this computer by multicast DNS, and so does a lab while it looks for one: nothing further away. */
const classCommands = {
  'holding a class': 'desk --title Class --port PORT',
  'looking for a class': 'serve --json',
}

/** Why sockets cannot be watched here, or null. */
function missingTracer(): string | null {
  if (process.platform !== 'linux') return 'strace exists on Linux only'
  const probe = spawnSync('strace', ['-f', '-e', 'trace=%network', '-o', '/dev/null', process.execPath, '--version'])
  if (probe.error) return 'strace is not installed'
  return probe.status === 0 ? null : 'strace may not trace processes here'
}

interface Observation {
  readonly code: number | null
  readonly errors: string
  /** System calls about the network, one a line; null where they cannot be watched. */
  readonly trace: string | null
  /** What lies afterwards in the folders that a program may find by itself. */
  readonly strays: readonly string[]
  /** What lies in the folder in which the command was given. */
  readonly made: readonly string[]
}

/** As a page does: works, opens the form to join a class, and closes it again. */
async function lookForClass(address: string): Promise<void> {
  const socket = new WebSocket(`${address.replace('http:', 'ws:')}${socketPath}`, [socketProtocol], {
    origin: new URL(address).origin,
  })
  await once(socket, 'open')
  const page = connect(socketPort(socket), labMethods, labEvents)
  await page.call['labs.read']({ id: 'reverse' })
  const abort = newAbort()
  const looked = page.call['desk.find']({}, { signal: abort.signal, onPart: () => undefined }).catch(() => null)
  await setTimeout(watched / 4)
  abort.abort()
  await looked
  page.close()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

let folder: string
let observations: Record<string, Observation>
const missing = missingTracer()

/** Runs the command as a person does, with folders of its own, and interrupts it unless it ends before. `use` gets its first line. */
async function observe(command: string, use?: (line: string) => Promise<void>): Promise<Observation> {
  const own = await mkdtemp(join(folder, 'person-'))
  const at = (name: string): string => join(own, name)
  const places = ['home', 'cache', 'data', 'config', 'temporary']
  for (const name of [...places, 'work']) await mkdir(at(name))
  // Nothing is inherited but the path: where `CI` is set, for one, telemetry is silent by itself.
  const env = {
    ...{ PATH: process.env.PATH, LC_ALL: 'C', ATTENTION_LAB_HOME: at('workspace') },
    ...{ HOME: at('home'), XDG_CACHE_HOME: at('cache'), XDG_DATA_HOME: at('data'), XDG_CONFIG_HOME: at('config') },
    ...{ USERPROFILE: at('home'), APPDATA: at('data'), LOCALAPPDATA: at('cache'), SYSTEMROOT: process.env.SYSTEMROOT },
    ...{ TMPDIR: at('temporary'), TEMP: at('temporary'), TMP: at('temporary') },
  }
  const plain = [process.execPath, script, ...command.split(' ')] as const
  const [program, ...args] = missing === null ? ['strace', '-f', '-e', 'trace=%network', '-o', at('trace'), ...plain] : plain
  const child = spawn(program, args, { cwd: at('work'), env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  setPriority(child.pid!, constants.priority.PRIORITY_LOW) // other tests come first
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const closed = once(child, 'close')
  const lines = createInterface({ input: child.stdout })
  if (use) await use(((await once(lines, 'line')) as [string])[0])
  await Promise.race([closed, setTimeout(watched)])
  // As Ctrl+C in a terminal does: to the whole group, of which strace takes no notice.
  if (child.exitCode === null) process.kill(-child.pid!, 'SIGINT')
  await Promise.race([closed, setTimeout(watched)])
  if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL') // it did not hear; the test says so
  await closed
  const strays = await Promise.all(
    places.map(async (name) => (await readdir(at(name), { recursive: true })).map((file) => join(name, file))),
  )
  return {
    code: child.exitCode,
    errors,
    trace: missing === null ? await readFile(at('trace'), 'utf8') : null,
    strays: strays.flat(),
    made: await readdir(at('work')),
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attention-lab-outward-'))
  const use = (line: string): Promise<void> => lookForClass((JSON.parse(line) as { address: string }).address)
  const port = await freePort()
  const all = Object.entries({ ...commands, ...classCommands }).map(async ([what, command]) => {
    const observed = observe(command.replace('PORT', String(port)), what === 'looking for a class' ? use : undefined)
    return [what, await observed] as const
  })
  observations = Object.fromEntries(await Promise.all(all))
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

describe.each(Object.keys({ ...commands, ...classCommands }))('%s', (what) => {
  const observed = (): Observation => observations[what]!

  it('works, and ends when it is interrupted', () => {
    const { code, errors } = observed()
    expect([0, 130], errors).toContain(code)
  })

  it('writes no file but where it was told to', () => {
    expect(observed().strays).toEqual([])
    expect(observed().made).toEqual(what.startsWith('training') ? ['kept'] : [])
  })

  it('looks up no name and reaches no other computer', (context) => {
    const { trace } = observed()
    if (trace === null) notRun(context, missing!)
    expect(trace).toMatch(/exited with/)
    expect((what in classCommands ? offencesOfClass : offences)(trace)).toEqual([])
  })
})

describe.each(Object.keys(classCommands))('%s', (what) => {
  it('sends multicast DNS, and no more of it once the class or the search is over', (context) => {
    const { trace } = observations[what]!
    const reason = missing ?? (networkAddresses().length === 0 ? 'this computer is in no network' : null)
    if (reason !== null) notRun(context, reason)
    const calls = trace!.split('\n')
    const sent = calls.findLastIndex((call) => /\bsend\w*\(.*htons\(5353\)/.test(call))
    const left = calls.findLastIndex((call) => call.includes('IP_DROP_MEMBERSHIP'))
    expect(sent).toBeGreaterThan(0)
    expect(left).toBeGreaterThan(sent)
  })
})
