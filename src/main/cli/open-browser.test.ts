/** The argument for the browser: command lines are visible to all users of the computer, so the address must not be in it. */
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openBrowser } from './open-browser'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open-browser-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

it.runIf(process.platform === 'linux')('is a file that only its owner can read and that leads to the address', async () => {
  const opener = join(folder, 'xdg-open')
  await writeFile(
    opener,
    `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/given.new'\nmv '${folder}/given.new' '${folder}/given'\n`,
  )
  await chmod(opener, 0o700)
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
  const address = 'http://127.0.0.1:4321/0123456789abcdef0123456789abcdef/'
  await openBrowser(address, folder)
  const given = await vi.waitFor(() => readFile(join(folder, 'given'), 'utf8'), 10_000)
  expect(given).not.toContain('0123456789abcdef')
  const file = fileURLToPath(given.trim())
  expect(await readFile(file, 'utf8')).toContain(`content="0; url=${address}"`)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it.runIf(process.platform === 'linux')('does nothing if there is no browser', async () => {
  vi.stubEnv('PATH', folder)
  await expect(openBrowser('http://127.0.0.1:4321/x/', folder)).resolves.toBeUndefined()
})
