/** For tests: runs the built command line in a folder of its own, as scripts do. Needs `npm run build`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

const root = resolve(import.meta.dirname, '../../../..')
const script = join(root, 'out/main/cli.js')

export interface Result {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** A process that inherits only the environment from this one. */
export type Child = ReturnType<typeof spawnIn>

function spawnIn(folder: string, environment: NodeJS.ProcessEnv, args: readonly string[], before: readonly string[] = []) {
  const env = { ...process.env, LC_ALL: 'C', ATTENTION_LAB_HOME: join(folder, 'home'), TMPDIR: folder, ...environment }
  const [command = '', ...rest] = [...before, process.execPath, script, ...args]
  return spawn(command, rest, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Its exit code and complete output. */
export async function resultOf(child: Child): Promise<Result> {
  let [out, error] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text))
  await once(child, 'close')
  return { code: child.exitCode, out, error }
}

/** Creates a folder for all tests of a file and removes it afterwards. */
export function builtCli() {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attention-lab-cli-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const startIn = (environment: NodeJS.ProcessEnv, ...args: string[]): Child => spawnIn(folder, environment, args)
  const start = (...args: string[]): Child => startIn({}, ...args)
  const path = (name: string): string => join(folder, name)
  return {
    path,
    start,
    startIn,
    run: (...args: string[]): Promise<Result> => resultOf(start(...args)),
    /** With one core of the machine, where the system can restrict a process to it. */
    runOnOneCore: (...args: string[]): Promise<Result> =>
      resultOf(spawnIn(folder, {}, args, process.platform === 'linux' ? ['taskset', '-c', '0'] : [])),
    /** The weights of a saved run's last checkpoint; those of the previous one may still exist beside it. */
    lastWeights: async (saved: string): Promise<string> => {
      const text = await readFile(join(path(saved), 'checkpoint.json'), 'utf8')
      return (JSON.parse(text) as { weights: { file: string } }).weights.file
    },
  }
}

export interface Lab {
  readonly task: { readonly params: { readonly length: number } }
  readonly training: { readonly batchSize: number; evaluateEvery: number }
  readonly graph: { readonly nodes: readonly { kind: string; params: object }[]; readonly edges: unknown[] }
}
export const builtInLab = async (id: string): Promise<Lab> =>
  JSON.parse(await readFile(join(root, `resources/labs/${id}.json`), 'utf8')) as Lab

/** One object per line. */
export const jsonLines = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

/** The pattern of every failure message. */
export const sentence = /^\S[^\n]{10,}[.?]\n$/
