/**
 * The Python that executes exported models to verify them: ATTENTION_LAB_PYTHON, `.witness` beside the application (a clone's), or `python3`.
 * It is needed for nothing else.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { onAbort, type Signal } from '@core/contract/cancel'
import { LabError } from '@core/errors'

export interface Python {
  readonly path: string
  /** Runs a program given as text, with arguments, offline; returns what it prints. Throws LabError `export.python-failed` or `cancelled`. */
  run(program: string, args: readonly string[], options?: { readonly cwd?: string; readonly signal?: Signal }): Promise<string>
  /** Throws LabError `export.module-missing` unless these modules can be imported; returns their versions and Python's own. */
  require(modules: readonly string[]): Promise<Readonly<Record<string, string>>>
}

/** `root` is the folder of the application's package. Throws LabError `export.no-python` if it cannot be started. */
export async function findPython(root: string, environment: NodeJS.ProcessEnv = process.env): Promise<Python> {
  const witness = join(root, '.witness', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const fallback = process.platform === 'win32' ? 'python' : 'python3'
  const path = environment.ATTENTION_LAB_PYTHON || (existsSync(witness) ? witness : fallback)
  const python: Python = {
    path,
    run: (program, args, options = {}) => start(path, ['-c', program, ...args], options),
    async require(modules) {
      const found = z.record(z.string(), z.string()).parse(JSON.parse(await python.run(versionsOf, modules)))
      const missing = modules.find((module) => !Object.hasOwn(found, module))
      if (missing !== undefined) throw new LabError('export.module-missing', { python: path, module: missing })
      return found
    },
  }
  await start(path, ['--version'], {}).catch((error: unknown) => {
    if (error instanceof LabError && error.code === 'export.python-failed') throw new LabError('export.no-python', { path })
    throw error
  })
  return python
}

/** Prints the versions of Python and of the modules that are installed, without importing them. */
const versionsOf = `
import importlib.metadata, importlib.util, json, platform, sys
found = {'python': platform.python_version()}
for name in sys.argv[1:]:
    if importlib.util.find_spec(name) is None:
        continue
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        found[name] = ''
print(json.dumps(found))
`

const longest = 2 ** 28 // bytes of output

function start(
  path: string,
  args: readonly string[],
  { cwd = dirname(import.meta.dirname), signal }: { readonly cwd?: string; readonly signal?: Signal },
): Promise<string> {
  // Nothing may be fetched, and nothing is left behind in the folder.
  const env = { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error', PYTHONDONTWRITEBYTECODE: '1' }
  return new Promise((resolve, reject) => {
    const child = execFile(path, args, { cwd, env, maxBuffer: longest }, (error, stdout, stderr) => {
      stop?.()
      if (signal?.aborted) reject(new LabError('cancelled'))
      else if (error) reject(new LabError('export.python-failed', { path, detail: lastLine(stderr) || error.message }))
      else resolve(stdout)
    })
    const stop = signal && onAbort(signal, () => child.kill())
    child.stdin?.end()
  })
}

/** Of a traceback: the error itself. */
const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? ''
