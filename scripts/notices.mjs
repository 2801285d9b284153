/**
 * Third-party notices: the licences of all packages in the application, both those loaded at runtime and those in the page's bundle. A
 * build plugin, which fails if a package does not declare its licence.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const noticesName = 'notices.txt'

/** @param {string} root the folder of our own package @returns {import('vite').Plugin} */
export function thirdPartyNotices(root) {
  return {
    name: 'third-party-notices',
    generateBundle() {
      const folders = new Set([...loadedPackages(root), ...bundledPackages(this.getModuleIds())])
      this.emitFile({ type: 'asset', fileName: noticesName, source: noticesOf([...folders]) })
    },
  }
}

/** The folders of all runtime dependencies, at any depth. @param {string} root @returns {string[]} */
export function loadedPackages(root) {
  const found = new Set([root])
  for (const folder of found) {
    const { dependencies = {}, optionalDependencies = {} } = readPackage(folder)
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const path = resolvePackage(folder, name)
      if (path) found.add(path)
      else if (name in dependencies && !(name in optionalDependencies)) throw new Error(`${name} is not installed`)
    }
  }
  found.delete(root)
  return [...found]
}

/** Node's resolution of packages. @param {string} from @param {string} name @returns {string | null} */
function resolvePackage(from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name)
    if (existsSync(join(path, 'package.json'))) return path
    if (folder === dirname(folder)) return null
  }
}

/** @param {Iterable<string>} modules file paths @returns {Set<string>} */
export function bundledPackages(modules) {
  const folders = new Set()
  for (const path of modules) {
    const folder = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path.replaceAll('\\', '/'))?.[1]
    if (folder) folders.add(folder)
  }
  return folders
}

/** One entry per version of each package, by name. @param {readonly string[]} folders @returns {string} */
export function noticesOf(folders) {
  const entries = new Map(folders.map(entryOf))
  const names = [...entries.keys()].sort()
  const line = '-'.repeat(80)
  const opening = `Attention Lab contains these packages:\n\n${names.map((name) => `  ${name}`).join('\n')}`
  return [opening, ...names.map((name) => entries.get(name))].join(`\n\n${line}\n\n`) + '\n'
}

/** @param {string} folder @returns {[name: string, text: string]} */
function entryOf(folder) {
  const { name, version, license, licenses, homepage, repository } = readPackage(folder)
  const said = [license ?? licenses ?? []].flat().map((one) => (typeof one === 'string' ? one : one.type))
  const declared = said.filter(Boolean).join(' OR ')
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|copying|notice|ofl)\b/i.test(entry.name))
    .map((entry) => entry.name)
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
  if (!declared && texts.length === 0) throw new Error(`${name} ${version} does not say under which licence it comes`)
  const source = homepage ?? (typeof repository === 'string' ? repository : repository?.url)
  const head = [`${name} ${version}`, declared && `Licence: ${declared}`, source && `Source: ${source}`].filter(Boolean)
  const none = `The package carries no licence text. It declares the licence ${declared}: https://spdx.org/licenses/`
  return [`${name} ${version}`, [head.join('\n'), ...(texts.length > 0 ? texts : [none])].join('\n\n')]
}

/** @param {string} folder */
const readPackage = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
