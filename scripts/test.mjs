/**
 * `npm test`: installs and builds what is missing, runs unit, integration and browser tests, and reports what ran and what did not. `npm
 * run test:long` does the full repetitions that `npm test` samples, such as killing a run at 200 random moments. `npm test -- --unit` or
 * `--browser` runs one kind only; further words filter the test files of both by name. The last line is `N passed, N failed`, with `, N
 * skipped` if any were.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { electronBinary, hasDisplay } from './electron.mjs'
import { ensureBuilt, ensureInstalled } from './prepare.mjs'
import { main, root, runNode } from './process.mjs'

const reports = join(root, 'test-results')

await main(async () => {
  const args = process.argv.slice(2)
  const only = (flag) => args.includes(flag)
  const filters = args.filter((argument) => !['--unit', '--browser', '--long'].includes(argument))
  if (only('--long')) process.env.ATTENTION_LAB_LONG = '1' // read by src/main/testing/repeats.ts
  await ensureInstalled()
  await ensureBuilt()
  mkdirSync(reports, { recursive: true })

  const results = []
  if (only('--unit') || !only('--browser')) results.push(await unit(filters))
  if (only('--browser') || !only('--unit')) results.push(await browser(filters))

  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map(sum)
  console.log('')
  for (const result of results) for (const note of result.notes) console.log(note)
  if (passed + failed === 0) console.log('No test ran, which counts as a failure.')
  console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
  return failed > 0 || passed === 0 ? 1 : 0
})

async function unit(filters) {
  const script = join('node_modules', 'vitest', 'vitest.mjs')
  const file = freshReport('unit.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const { code } = await runNode(script, ['run', '--passWithNoTests', ...reporters, ...filters], { show: true })
  const report = readReport(file)
  const broken = report?.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0).length ?? 0
  const result = summarise('Unit and integration tests', code, {
    passed: report?.numPassedTests ?? 0,
    failed: (report?.numFailedTests ?? 0) + broken, // files that fail to load count as one failure
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  })
  const tests = report?.testResults.flatMap((one) => one.assertionResults) ?? []
  for (const { fullName, meta } of tests) if (meta?.notRun) result.notes.push(`“${fullName}”: not run, as ${meta.notRun}.`)
  return result
}

async function browser(filters) {
  const chromium = await findChromium()
  if (!chromium) {
    const note =
      'Browser tests: not run, as no Chromium was found or could be installed; set ATTENTION_LAB_CHROMIUM to the path of one.'
    return { passed: 0, failed: 1, skipped: 0, notes: [note] }
  }
  const script = join('node_modules', '@playwright', 'test', 'cli.js')
  const file = freshReport('browser.json')
  const env = { ATTENTION_LAB_CHROMIUM: chromium.path, PLAYWRIGHT_JSON_OUTPUT_FILE: file }
  const { code } = await runNode(script, ['test', '--pass-with-no-tests', '--reporter=list,json', ...filters], {
    show: true,
    env,
  })
  const stats = readReport(file)?.stats
  const result = summarise(`Browser tests (Chromium of ${chromium.source})`, code, {
    passed: (stats?.expected ?? 0) + (stats?.flaky ?? 0),
    failed: stats?.unexpected ?? 0,
    skipped: stats?.skipped ?? 0,
  })
  const missing = !electronBinary() ? 'there is no Electron binary' : !hasDisplay() ? 'there is no display' : null
  result.notes.push(
    missing ? `The same tests in the desktop window: not run, as ${missing}.` : 'They ran in the desktop window too.',
  )
  return result
}

function summarise(what, code, { passed, failed, skipped }) {
  const counted = code !== 0 && failed === 0 ? 1 : failed // a failure outside any test
  const count = passed + counted + skipped
  return {
    passed,
    failed: counted,
    skipped,
    notes: [count ? `${what}: ${passed} of ${passed + counted} passed.` : `${what}: none matched.`],
  }
}

function freshReport(name) {
  const file = join(reports, name)
  rmSync(file, { force: true })
  return file
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null // it ended before reporting; its exit code shows the failure
  }
}
