/** `npm run check`: all checks. Runs two at a time and prints a line with the time of each, and the full output of failed ones. */
import { availableParallelism } from 'node:os'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled } from './prepare.mjs'
import { main, root, runNode } from './process.mjs'

/** The script of a package's command. */
function command(name, binary = name) {
  const { bin } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))
  return join('node_modules', name, typeof bin === 'string' ? bin : bin[binary])
}

/** Longest first, so that the short ones fill the gaps. @returns {[name: string, script: string, args: string[]][]} */
const checks = () => [
  ['lint', command('eslint'), ['.', '--max-warnings=0']],
  ['types of tests', command('vue-tsc'), ['-p', 'tsconfig.test.json']],
  ['types of the renderer', command('vue-tsc'), ['-p', 'tsconfig.renderer.json']],
  ['types of main', command('typescript', 'tsc'), ['-p', 'tsconfig.main.json']],
  ['types of the engine', command('typescript', 'tsc'), ['-p', 'tsconfig.engine.json']],
  ['types of core', command('typescript', 'tsc'), ['-p', 'tsconfig.core.json']],
  ['types of the scripts', command('typescript', 'tsc'), ['-p', 'tsconfig.scripts.json']],
  ['types of the preload', command('typescript', 'tsc'), ['-p', 'tsconfig.preload.json']],
  [
    'boundaries',
    command('dependency-cruiser', 'depcruise'),
    ['src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long'],
  ],
  ['unused code', command('knip'), ['--no-progress']],
  ['format', command('prettier'), ['--check', '--log-level=warn', '.']],
]

await main(async () => {
  await ensureInstalled()
  const queue = checks()
  const failures = []
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, script, args] = next
      const started = performance.now()
      const { code, output } = await runNode(script, args, {
        env: process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' },
      })
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${code === 0 ? 'passed' : 'FAILED'}  ${name.padEnd(22)} ${seconds.padStart(6)} s`)
      if (code !== 0) failures.push({ name, output })
    }
  }
  await Promise.all(Array.from({ length: Math.max(2, Math.min(4, availableParallelism())) }, worker))
  for (const { name, output } of failures) console.log(`\n${name}:\n${output.trim()}`)
  console.log(failures.length ? `\n${failures.length} of ${checks().length} checks failed.` : 'All checks passed.')
  return failures.length ? 1 : 0
})
