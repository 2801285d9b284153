/** Drives the host and command line of a built clone of an earlier version, as its page does. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { runnerImport } from 'vite'
import { WebSocket } from 'ws'

/** Loads a module of the clone's sources. */
export async function loadSource(clone, file) {
  const options = {
    configFile: /** @type {const} */ (false),
    root: clone,
    resolve: { alias: { '@core': join(clone, 'src/core') } },
  }
  return /** @type {any} */ ((await runnerImport(join(clone, file), options)).module)
}

const script = (clone) => join(clone, 'out/main/cli.js')

/** Returns standard output. Throws if the exit code is not 0. */
export function runCommandLine(clone, args) {
  return execFileSync(process.execPath, [script(clone), ...args], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
}

/** Runs the browser host on a workspace with one connected client, then stops it. */
export async function withHost(clone, workspace, use) {
  const host = await startHost(clone, workspace)
  try {
    return await use(host)
  } finally {
    await host.end()
  }
}

async function startHost(clone, workspace) {
  const [{ labMethods, labEvents }, { connect }, { encodeMessage, decodeMessage }] = await Promise.all(
    ['lab', 'rpc', 'codec'].map((name) => loadSource(clone, `src/core/contract/${name}.ts`)),
  )
  const child = spawn(process.execPath, [script(clone), 'serve', '--json'], {
    env: { ...process.env, ATTENTION_LAB_HOME: workspace },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const { address } = JSON.parse(String(line))
  const socket = await openSocket(address)
  const host = connect(portOf(socket, encodeMessage, decodeMessage), labMethods, labEvents)

  /** The next matching event's payload. */
  const next = (event, /** @type {(payload: any) => boolean} */ fits = () => true) =>
    new Promise((resolve) => {
      const stop = host.on(event, (payload) => {
        if (!fits(payload)) return
        stop()
        resolve(payload)
      })
    })
  async function exit(signal) {
    socket.terminate()
    if (child.exitCode === null && child.signalCode === null && child.kill(signal)) await once(child, 'exit')
  }

  return {
    address,
    call: host.call,
    next,
    /** Resolves when the run reaches this state. */
    async until(run, state) {
      const changed = next('run.status', (status) => status.run === run && status.state === state)
      const { status } = await host.call['runs.history']({ run })
      return status.state === state ? status : changed
    },
    /** The frame that a view of an ended run shows. */
    async frameOf(run, view) {
      const frame = next('run.frame', (frame) => frame.run === run && view.probes.every((name) => name in frame.probes))
      await host.call['runs.view']({ run, view })
      return frame
    },
    end: () => exit('SIGTERM'),
    kill: () => exit('SIGKILL'),
  }
}

async function openSocket(address) {
  const url = new URL('socket', address)
  const { origin } = url
  url.protocol = 'ws:'
  const socket = new WebSocket(url, { origin })
  await once(socket, 'open')
  return socket
}

function portOf(socket, encode, decode) {
  return {
    post: (message) => socket.send(encode(message)),
    onMessage: (listener) => socket.on('message', (data) => listener(decode(data))),
    onClose: (listener) => socket.once('close', listener),
    close: () => socket.terminate(),
  }
}
