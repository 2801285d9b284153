/** `train --out` of the built command line never overwrites anything. Needs `npm run build`. */
import { once } from 'node:events'
import { access, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { builtCli, resultOf, sentence, type Result } from './testing/built-cli'

const { path, run, start, startIn } = builtCli()

describe('train --out', () => {
  /** Every file under the folder with its content. */
  const contents = async (name: string): Promise<Record<string, string>> => {
    const files = (await readdir(path(name), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const read = files.map(async (file) => [
      join(file.parentPath, file.name),
      await readFile(join(file.parentPath, file.name), 'utf8'),
    ])
    return Object.fromEntries(await Promise.all(read)) as Record<string, string>
  }
  const exists = (name: string): Promise<boolean> =>
    access(path(name)).then(
      () => true,
      () => false,
    )
  const quick = (out: string, ...more: string[]): Promise<Result> =>
    run('train', 'reverse', '--steps', '2', '--out', out, ...more)

  beforeAll(async () => {
    expect((await quick('trained')).code).toBe(0)
  })

  it('refuses a folder with other files, such as a lab, and leaves them unchanged', async () => {
    await mkdir(path('mine'))
    await writeFile(path('mine/lab.json'), 'my own lab')
    await writeFile(path('mine/checkpoint.mine.safetensors'), 'my own weights')
    const before = await contents('mine')
    const { code, out, error } = await quick('mine')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(error).toMatch(/^“[^”]*mine” is not empty.*Specify a new or empty folder/)
    expect(error).toMatch(sentence)
    expect(await contents('mine')).toEqual(before)
  })

  it('refuses a folder with a saved run, and leaves it unchanged', async () => {
    const before = await contents('trained')
    const { code, error } = await quick('trained')
    expect(code).toBe(1)
    expect(error).toMatch(/^“[^”]*trained” already contains a training run.*Specify another folder/)
    expect(await contents('trained')).toEqual(before)
  })

  it('accepts an empty folder', { timeout: 60_000 }, async () => {
    await mkdir(path('empty'))
    expect((await quick('empty')).code).toBe(0)
    expect(await readdir(path('empty'))).toContain('checkpoint.json')
  })

  it('leaves no trace of a failed start: a new folder is removed, an empty one stays empty', { timeout: 60_000 }, async () => {
    await writeFile(path('damaged.safetensors'), 'no weights')
    const wrong = [['reverse', '--from', 'damaged.safetensors'], ['reverse', '--data', 'damaged.safetensors'], ['unknown-lab']]
    const before = await contents('trained')
    await Promise.all(
      wrong.map(async (args, index) => {
        const [fresh, empty] = [`fresh-${index}`, `empty-${index}`]
        await mkdir(path(empty))
        for (const out of [join(fresh, 'and', 'deep'), empty, 'trained']) {
          expect((await run('train', ...args, '--out', out)).code).toBe(1)
        }
        expect(await exists(fresh)).toBe(false)
        expect(await readdir(path(empty))).toEqual([])
      }),
    )
    expect(await contents('trained')).toEqual(before)
  })

  it('accepts one of two trainings that start in the same folder at the same time', { timeout: 60_000 }, async () => {
    const results = await Promise.all([quick('contested'), quick('contested')])
    const refused = results.filter(({ code }) => code === 1)
    expect(results.map(({ code }) => code).toSorted()).toEqual([0, 1])
    expect(refused[0]!.error).toMatch(/Another training run is writing to “[^”]*contested”|already contains a training run/)
    expect((await readdir(path('contested'))).filter((name) => name.endsWith('.lock'))).toEqual([])
  })

  it('refuses a second training while the first is running, without disturbing the first', { timeout: 60_000 }, async () => {
    const first = start('train', 'reverse', '--steps', '1000000', '--out', 'under-way', '--json')
    await once(first.stdout, 'data')
    first.stdout.resume()
    expect((await quick('under-way')).error).toMatch(/Another training run is writing to “[^”]*under-way”/)
    first.kill('SIGINT')
    await once(first, 'close')
    expect(first.exitCode).toBe(130)
    expect((await run('generate', 'under-way')).error).toMatch(/does not predict the next token/) // it counts as a saved run
  })

  it('keeps files that are added during training', { timeout: 60_000 }, async () => {
    const child = start('train', 'reverse', '--steps', '1000000', '--out', 'shared', '--json')
    await once(child.stdout, 'data')
    child.stdout.resume()
    await writeFile(path('shared/checkpoint.mine.safetensors'), 'my own weights')
    await cp(path('trained'), path('shared/copy'), { recursive: true })
    child.kill('SIGINT')
    await once(child, 'close')
    expect(await readFile(path('shared/checkpoint.mine.safetensors'), 'utf8')).toBe('my own weights')
    expect(await readdir(path('shared/copy'))).toEqual(await readdir(path('trained')))
  })

  it.runIf(process.platform === 'linux')('reports where no folder can be created, instead of retrying forever', async () => {
    const { code, error } = await quick('/proc/attention-lab/kept')
    expect(code).toBe(1)
    expect(error).toMatch(/^The folder “\/proc\/attention-lab\/kept” cannot be created.*Choose another location\.\n$/)
    const served = await resultOf(startIn({ ATTENTION_LAB_HOME: '/proc/attention-lab' }, 'serve'))
    expect(served).toMatchObject({ code: 1, out: '' })
    expect(served.error).toMatch(/^The folder “\/proc\/attention-lab/)
  })
})
