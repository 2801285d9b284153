/** For tests of exports: the command in this process, without terminal, in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { Output } from '../../cli/output'
import { runCommand } from '../../cli/run-command'
import { builtPaths } from '../../paths'
import { textsIn, type Language } from '../../texts'

export const root = resolve(import.meta.dirname, '../../../..')

export interface Said {
  readonly code: number
  readonly lines: readonly string[]
  readonly said: readonly string[]
  readonly json: readonly unknown[]
}

/** Runs a command, its labs being the built-in ones; `path` names places in the folder. */
export function commands() {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attention-lab-export-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  async function run(args: readonly string[], language: Language = 'en', interrupted = new AbortController()): Promise<Said> {
    const [lines, said, json]: [string[], string[], unknown[]] = [[], [], []]
    const output: Output = {
      columns: null,
      line: (text) => void lines.push(text),
      say: (text) => void said.push(text),
      json: (value) => void json.push(value),
      draw: () => undefined,
    }
    const paths = builtPaths(join(root, 'out/main'))
    const code = await runCommand(args, { paths, output, texts: textsIn(language), interrupted: interrupted.signal })
    return { code, lines, said, json }
  }
  return { run, path: (name: string): string => join(folder, name) }
}
