/**
 * nanoGPT's recipe for characters: the lab `characters` on the fastest engine, compared with the same recipe in PyTorch.
 *
 *     node bench/recipe.mjs [TEXT]
 *
 * By default uses one megabyte of prose from the installed packages. Prints wall time and validation loss of both.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../scripts/process.mjs'

const folder = mkdtempSync(join(tmpdir(), 'attention-lab-recipe-'))
try {
  const text = process.argv[2] ?? packagedProse(join(folder, 'text.txt'))
  const began = performance.now()
  const lines = execFileSync(
    process.execPath,
    [join(root, 'bin', 'attention-lab.mjs'), 'train', 'characters', '--data', text, '--json'],
    { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const seconds = (performance.now() - began) / 1000
  const { engine, msPerStep, evaluation } = JSON.parse(lines.trim().split('\n').at(-1) ?? '{}')
  console.log(JSON.stringify({ program: 'Attention Lab', engine, seconds, msPerStep, heldOutLoss: evaluation.loss }))

  // The first Python on the path may lack PyTorch.
  const script = join(root, 'bench', 'peers', 'recipe.py')
  let peer = spawnSync('python3', [script, text], { encoding: 'utf8' })
  if (peer.status !== 0) peer = spawnSync('/usr/bin/python3', [script, text], { encoding: 'utf8' })
  const reason = peer.error?.message ?? peer.stderr.trim().split('\n').at(-1)
  console.log(
    peer.status === 0 ? JSON.stringify({ program: 'PyTorch', ...JSON.parse(peer.stdout) }) : `PyTorch: not run, ${reason}`,
  )
} finally {
  rmSync(folder, { recursive: true })
}

/** @param {string} path */
function packagedProse(path) {
  const packages = join(root, 'node_modules')
  let prose = ''
  for (const entry of readdirSync(packages, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/readme\.md$/i.test(entry)) continue
    prose += readFileSync(join(packages, entry), 'utf8').replace(/[^\n -~]/g, '')
    if (prose.length >= 2 ** 20) break
  }
  writeFileSync(path, prose.slice(0, 2 ** 20))
  return path
}
