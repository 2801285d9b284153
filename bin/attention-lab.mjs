#!/usr/bin/env node
/** The command line. In a clone it first installs and builds what is missing, quietly, then runs the built program in this process. */
import { ensureBuilt, ensureInstalled } from '../scripts/prepare.mjs'
import { main } from '../scripts/process.mjs'

await main(async () => {
  await ensureInstalled()
  await ensureBuilt()
})
if (process.exitCode === 0) await import('../out/main/cli.js')
