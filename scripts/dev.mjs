/**
 * `npm run dev`: the lab with hot reload. With Electron and a display, electron-vite runs the desktop window. Otherwise Vite serves the
 * page and forwards its socket to a browser host, which is rebuilt and restarted when main or core change; the page reconnects.
 */
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { electronBinary, hasDisplay } from './electron.mjs'
import { ensureBuilt, ensureInstalled } from './prepare.mjs'
import { endWithUs, main, root, runNode } from './process.mjs'

const settle = 300 // milliseconds, because editors write in several steps

await main(async () => {
  await ensureInstalled()
  if (electronBinary() && hasDisplay()) {
    return (await runNode(join('node_modules', 'electron-vite', 'bin', 'electron-vite.js'), ['--watch'], { show: true })).code
  }
  let host = await startHost()
  await servePage(() => host.address)
  await restartOnChange(async () => {
    const next = await startHost().catch((error) => console.error(error.message))
    if (!next) return // keep the old host until the error is fixed
    host.stop()
    host = next
  })
})

/** Builds and starts a browser host; resolves once it has printed its address. */
async function startHost() {
  await ensureBuilt()
  const child = spawn(process.execPath, [join(root, 'bin', 'attention-lab.mjs'), 'serve'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const release = endWithUs(child)
  const address = await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('The browser host ended before it printed its address.')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /http:\/\/[^\s"]+/.exec(line)
      if (match) resolve(new URL(match[0]))
    })
  })
  const stop = () => {
    release()
    child.kill()
  }
  return { address, stop }
}

/** Vite's server for the page. The token stays here: the socket is forwarded for the page's own origin only. */
async function servePage(hostAddress) {
  const { createServer } = await import('vite')
  const { loadConfigFromFile } = await import('electron-vite')
  const { config } = await loadConfigFromFile(
    { command: 'serve', mode: 'development' },
    join(root, 'electron.vite.config.ts'),
    root,
  )
  const server = await createServer({ ...config.renderer, configFile: false, server: { host: 'localhost' } })
  server.httpServer?.on('upgrade', (request, socket, head) => {
    if (request.url !== '/socket') return // Vite's own socket, for hot reload
    if (request.headers.origin !== `http://${request.headers.host}`) return void socket.destroy()
    const { origin, host, hostname, port, pathname } = hostAddress()
    const headers = Object.entries({ ...request.headers, host, origin }).map(([name, value]) => `${name}: ${value}\r\n`)
    const upstream = connect(Number(port), hostname, () => {
      upstream.write(`GET ${pathname}socket HTTP/1.1\r\n${headers.join('')}\r\n`)
      upstream.write(head)
      socket.pipe(upstream).pipe(socket)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  await server.listen()
  server.printUrls()
}

/** Runs until interrupted. */
function restartOnChange(restart) {
  let timer
  for (const folder of ['main', 'core']) {
    watch(join(root, 'src', folder), { recursive: true }, () => {
      clearTimeout(timer)
      timer = setTimeout(restart, settle)
    })
  }
  return new Promise(() => {})
}
