#!/usr/bin/env node
/** The command line. In a clone it first installs and builds what is missing, quietly, then runs the built program in this process. */
import { ensureBuilt, ensureInstalled } from '../scripts/prepare.mjs'
import { main } from '../scripts/process.mjs'

await main(async () => {
  await ensureInstalled()
  await ensureBuilt()
})
// Through a URL, as the file exists only once it is built.
if (process.exitCode === 0) await import(new URL('../out/main/cli.js', import.meta.url).href)
