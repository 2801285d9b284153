/** `report` of the built command line. Needs `npm run build`. */
import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { builtCli, jsonLines, sentence } from './testing/built-cli'

const { path, run, startIn } = builtCli()

describe('report', () => {
  it('is one file about saved runs, in the language of the terminal', { timeout: 90_000 }, async () => {
    await run('train', 'reverse', '--steps', '12', '--out', 'first')
    await run('train', 'reverse', '--steps', '12', '--seed', '7', '--out', 'second')
    await writeFile(`${path('first')}/label.json`, JSON.stringify({ name: '<b>Mine', note: '', tags: [], starred: false }))

    const single = await run('report', 'first', '--out', 'one.html')
    expect(single).toMatchObject({ code: 0, error: '' })
    const html = await readFile(path('one.html'), 'utf8')
    expect(html).toContain('<h1>&lt;b&gt;Mine</h1>')
    expect(html).toContain('12 / 12')
    expect(html).not.toContain('<script')

    const both = await run('report', 'first', 'second', '--out', 'both.html', '--json')
    const [told] = jsonLines(both.out) as [{ readonly runs: readonly string[]; readonly path: string }]
    expect([told.runs.length, told.path]).toEqual([2, 'both.html'])
    const compared = await readFile(path('both.html'), 'utf8')
    expect(compared).toContain('<title>Comparison of 2 runs</title>')
    expect(compared).toMatch(/<td class="">1<\/td><td class="differs">7<\/td>/)
    for (const id of told.runs) expect(compared).toContain(id)

    const chinese = startIn({ LC_ALL: 'zh_CN.UTF-8' }, 'report', 'first', 'second', '--out', 'zh.html')
    await new Promise((done) => chinese.once('close', done))
    expect(await readFile(path('zh.html'), 'utf8')).toContain('<title>2 次训练的比较</title>')

    // Nothing is replaced.
    const again = await run('report', 'second', '--out', 'one.html')
    expect(again.code).toBe(1)
    expect(again.error).toMatch(sentence)
    expect(await readFile(path('one.html'), 'utf8')).toBe(html)
  })

  it('needs saved runs, ten at most, and a file', { timeout: 60_000 }, async () => {
    const missing = await run('report', 'nowhere', '--out', 'no.html')
    expect(missing.code).toBe(1)
    expect(missing.error).toMatch(sentence)
    expect(missing.error).toContain('nowhere')
    expect(await run('report', 'nowhere')).toMatchObject({ code: 2 })
    expect(await run('report', '--out', 'no.html')).toMatchObject({ code: 2 })
    const eleven = Array.from({ length: 11 }, (_, index) => `run-${index}`)
    expect(await run('report', ...eleven, '--out', 'no.html')).toMatchObject({ code: 2 })
  })
})
