/** Third-party notices: an entry with a licence for every package that the application carries. Needs `npm run build`. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundledPackages, loadedPackages, noticesName, noticesOf } from '../../scripts/notices.mjs'

const root = resolve(import.meta.dirname, '../..')

describe('the notices', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'notices-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function make(path: string, content: object, files: Readonly<Record<string, string>> = {}): Promise<string> {
    await mkdir(join(folder, path), { recursive: true })
    await writeFile(join(folder, path, 'package.json'), JSON.stringify(content))
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, path, name), text)
    return join(folder, path)
  }

  it('are of what is needed at any depth, each version once', async () => {
    await make('', { name: 'ours', dependencies: { a: '1', b: '1' }, devDependencies: { never: '1' } })
    await make('node_modules/a', { name: 'a', version: '1.0.0', license: 'MIT', dependencies: { b: '2', a: '1' } })
    await make('node_modules/b', { name: 'b', version: '1.0.0', license: 'MIT' })
    await make('node_modules/a/node_modules/b', { name: 'b', version: '2.0.0', license: 'MIT' })
    const text = noticesOf(loadedPackages(folder))
    expect(text.match(/^ {2}\S+ \S+$/gm)).toEqual(['  a 1.0.0', '  b 1.0.0', '  b 2.0.0'])
  })

  it('have the texts of a package, else the licence it declares; a package without either is refused', async () => {
    const whole = await make(
      'x',
      { name: 'x', version: '1.0.0', license: 'EPL-2.0', homepage: 'https://x.example' },
      {
        'LICENSE.md': 'All of the licence',
        NOTICE: 'Made by X',
        'licenses.js': 'code',
      },
    )
    const bare = await make('y', { name: 'y', version: '2.0.0', licenses: [{ type: 'MIT' }, { type: 'Apache-2.0' }] })
    const text = noticesOf([whole, bare])
    expect(text).toContain('x 1.0.0\nLicence: EPL-2.0\nSource: https://x.example\n\nAll of the licence\n\nMade by X')
    expect(text).toContain('y 2.0.0\nLicence: MIT OR Apache-2.0\n\nThe package carries no licence text.')
    expect(text).not.toContain('code')
    const none = await make('z', { name: 'z', version: '3.0.0' })
    expect(() => noticesOf([none])).toThrow('z 3.0.0 does not say')
  })

  it('find packages by the files of a bundle', () => {
    const files = [
      '/p/node_modules/@a/b/dist/x.js',
      '\0/p/node_modules/c/i.js?commonjs',
      'C:\\p\\node_modules\\d\\e.js',
      '/p/src/f.ts',
    ]
    expect([...bundledPackages(files)]).toEqual(['/p/node_modules/@a/b', '/p/node_modules/c', 'C:/p/node_modules/d'])
  })
})

describe('the built application', () => {
  it('carries an entry for each package it loads, and each that its page imports', async () => {
    const text = await readFile(join(root, 'out', 'renderer', noticesName), 'utf8')
    const entries = new Set([...text.matchAll(/^ {2}(\S+) \S+$/gm)].map(([, name]) => name))
    const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      dependencies: Readonly<Record<string, string>>
    }
    for (const name of Object.keys(dependencies)) expect(entries).toContain(name)
    for (const name of await importedBy(join(root, 'src', 'renderer'))) expect(entries).toContain(name)
    for (const told of ['Licence: EPL-2.0', 'Licence: Apache-2.0', 'Licence: OFL-1.1']) expect(text).toContain(told)
    expect(text.match(/^SIL OPEN FONT LICENSE Version 1\.1/gm)?.length).toBeGreaterThanOrEqual(3)
  })

  it('does not say under which licence we come', async () => {
    const text = await readFile(join(root, 'out', 'renderer', noticesName), 'utf8')
    expect(text).not.toMatch(/^ {2}attention-lab /m)
  })
})

/** The packages whose values the page's own files import; types leave nothing in a bundle. */
async function importedBy(folder: string): Promise<Set<string>> {
  const names = new Set<string>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!/(?<!\.test)\.(ts|vue|css)$/.test(entry.name) || entry.parentPath.includes('testing')) continue
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8')
    for (const [, name] of text.matchAll(
      /(?:^import (?!type )[^'"]*?|^@import |\bimport\()['"]((?:@[a-z][\w.-]*\/)?[a-z][\w.-]*)[^'"]*['"]/gm,
    )) {
      if (!/^@(core|engine|renderer)\//.test(name!)) names.add(name!)
    }
  }
  return names
}
