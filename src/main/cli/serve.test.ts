/** `serve` of the built command line. Needs `npm run build`. */
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { builtCli, resultOf, sentence } from './testing/built-cli'

const { path, run, start, startIn } = builtCli()

describe('serve', () => {
  it('prints its address, answers there, and ends cleanly when interrupted', { timeout: 60_000 }, async () => {
    const child = start('serve', '--json')
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
    const { type, address } = JSON.parse(line) as { type: string; address: string }
    expect(type).toBe('serving')
    expect((await fetch(address)).status).toBe(200)
    expect((await fetch(new URL('/', address))).status).toBe(403)

    const elsewhere = { ATTENTION_LAB_HOME: path('another-home') }
    const taken = await resultOf(startIn(elsewhere, 'serve', '--port', new URL(address).port))
    expect(taken).toMatchObject({ code: 1, out: '' })
    expect(taken.error).toMatch(/already in use/)

    const second = await run('serve')
    expect(second).toMatchObject({ code: 1, out: '' })
    expect(second.error).toMatch(
      new RegExp(`^Another [^\n]*\nAttention Lab is already running .*process ${child.pid}\\).* ${address}\\n$`),
    )

    // Interrupted while it waits for the first host, it must not print the message that follows the wait.
    const waiting = start('serve')
    const waited = resultOf(waiting)
    await once(waiting.stderr, 'data')
    waiting.kill('SIGINT')
    const { code, error } = await waited
    expect(code).toBe(0)
    expect(error).toMatch(/^Another Attention Lab uses the same folder\. [^\n]*\n$/)

    child.kill('SIGINT')
    await once(child, 'exit')
    expect(child.exitCode).toBe(0)
    await expect(fetch(address)).rejects.toThrow()
  })

  it('warns if other computers can reach it', async () => {
    const child = start('serve', '--host', '0.0.0.0')
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    await expect.poll(() => said, { timeout: 10_000 }).toMatch(/Warning: 0\.0\.0\.0 can be reached from other computers/)
    child.kill('SIGTERM')
    await once(child, 'exit')
    expect(child.exitCode).toBe(0)
  })

  it('refuses a folder of lessons that does not exist, and leaves the home to others', async () => {
    const refused = await run('serve', '--lessons', path('nowhere'))
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.error).toMatch(/nowhere/)
    expect(refused.error).toMatch(sentence)
    const child = start('serve', '--json')
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    await once(child, 'exit')
    expect(child.exitCode).toBe(0)
  })
})
