/** The Python of all blocks (`resources/export/pytorch`), of which a model gets what it uses, and files that are copied. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { textIn, type LabDocument } from '@core/lab/document'
import { namesIn } from './pytorch/text'

/** Looked for from here upwards, as the built application has fewer folders around it. */
function folder(): string {
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    const path = join(at, 'resources', 'export')
    if (existsSync(path) || at === dirname(at)) return path
  }
}

/** A file that is copied, e.g. `pytorch/train.py`. */
export const resource = (name: string): string => readFileSync(join(folder(), name), 'utf8')

/** Of the application's package, which has the resources. */
export const applicationVersion = (): string =>
  (JSON.parse(readFileSync(join(folder(), '..', '..', 'package.json'), 'utf8')) as { version: string }).version

/** A document about a model, e.g. `pytorch/README.md`, in both languages; `{name}` stands for a value, also one of `others`. */
export function about(
  document: string,
  { lab, step }: { readonly lab: LabDocument; readonly step: number },
  others: Readonly<Record<string, string>> = {},
): string {
  const { title, summary, training } = lab
  const values: Readonly<Record<string, string | number>> = {
    ...{ title: textIn(title, 'en'), title_zh: textIn(title, 'zh'), summary: textIn(summary, 'en') },
    ...{ summary_zh: textIn(summary, 'zh'), step, steps: training.steps, version: applicationVersion(), ...others },
  }
  return resource(document).replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

interface Definition {
  readonly name: string
  readonly text: string
  readonly reads: ReadonlySet<string>
}

/** Parts before the blocks, as base classes and defaults must be defined first. */
const parts = [
  'weights',
  'adapters',
  'activations',
  'masks',
  'scores',
  'normalisers',
  'positions',
  'merges',
  'attention',
  'losses',
  'load',
]
const order = (name: string): number => parts.indexOf(name)

function definitions(): Definition[] {
  const read = (kind: string) =>
    readdirSync(join(folder(), 'pytorch', kind))
      .filter((file) => file.endsWith('.py'))
      .map((file) => file.slice(0, -'.py'.length))
  const files = [
    ...read('parts')
      .toSorted((a, b) => order(a) - order(b))
      .map((name) => `parts/${name}.py`),
    ...read('blocks')
      .toSorted((a, b) => Number(b === 'linear') - Number(a === 'linear'))
      .map((name) => `blocks/${name}.py`),
  ]
  return files.flatMap((file) => definitionsIn(resource(`pytorch/${file}`)))
}

/** Two empty lines separate definitions. A comment of its own stays with what it stands above, or is dropped as a heading. */
function definitionsIn(text: string): Definition[] {
  return text
    .trim()
    .split(/\n\n\n+/)
    .flatMap((piece) => {
      const name = /^(?:def|class) (\w+)|^(\w+) = /m.exec(piece)
      return name ? [{ name: name[1] ?? name[2]!, text: piece, reads: namesIn(piece) }] : []
    })
}

let known: readonly Definition[] | undefined

/** The names of everything in the library. */
export const libraryNames = (): string[] => (known ??= definitions()).map(({ name }) => name)

/** The definitions that a text uses, and those that they use, in order. */
export function libraryFor(text: string): string[] {
  const all = (known ??= definitions())
  const used = new Set<Definition>()
  const pending: ReadonlySet<string>[] = [namesIn(text)]
  for (let names = pending.pop(); names; names = pending.pop()) {
    for (const definition of all) {
      if (used.has(definition) || !names.has(definition.name)) continue
      used.add(definition)
      pending.push(definition.reads)
    }
  }
  return all.filter((definition) => used.has(definition)).map((definition) => definition.text)
}
