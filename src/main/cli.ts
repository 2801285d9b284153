/** Composition root of the command line: `node bin/attention-lab.mjs COMMAND`. */
import { standardOutput } from './cli/output'
import { runCommand } from './cli/run-command'
import { builtPaths } from './paths'
import { languageOf, textsIn } from './texts'

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(130) // asked twice: run processes end when their channel closes
    interruption.abort()
  })
}

process.exitCode = await runCommand(process.argv.slice(2), {
  paths: builtPaths(import.meta.dirname),
  output: standardOutput(),
  texts: textsIn(languageOf(process.env)),
  interrupted: interruption.signal,
})
