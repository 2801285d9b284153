/** Whether both languages say the same things: the same files, keys and placeholders, and nothing left empty. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { main, root } from './process.mjs'

const folder = join(root, 'src', 'core', 'locales')
const languages = ['en', 'zh']

await main(() => {
  const problems = compare(...languages.map(texts))
  for (const problem of problems) console.log(problem)
  return problems.length > 0 ? 1 : 0
})

/** All texts of a language by path, as `errors.json: unknown-block`. */
function texts(language) {
  const files = readdirSync(join(folder, language)).filter((name) => name.endsWith('.json'))
  return new Map(
    files.flatMap((name) => [...flatten(JSON.parse(readFileSync(join(folder, language, name), 'utf8')), `${name}: `)]),
  )
}

function* flatten(value, path) {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* flatten(inner, path.endsWith(' ') ? path + key : `${path}.${key}`)
  } else yield [path, value]
}

function compare(english, chinese) {
  const paths = new Set([...english.keys(), ...chinese.keys()])
  return [...paths].flatMap((path) => {
    const both = [english.get(path), chinese.get(path)]
    const missing = languages.filter((_, index) => both[index] === undefined)
    if (missing.length > 0) return [`${path} is missing in ${missing.join(' and ')}`]
    const empty = languages.filter((_, index) => typeof both[index] !== 'string' || both[index].trim() === '')
    if (empty.length > 0) return [`${path} has no text in ${empty.join(' and ')}`]
    const [inEnglish, inChinese] = both.map(placeholders)
    return inEnglish === inChinese ? [] : [`${path} names ${inEnglish || 'nothing'} in en and ${inChinese || 'nothing'} in zh`]
  })
}

function placeholders(text) {
  return [...new Set(text.match(/\{\w+\}/g))].sort().join(' ')
}
