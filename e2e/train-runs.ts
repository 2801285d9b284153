/** Trains several runs of the open lab, one after the other. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunStatus } from '../src/core/contract/runs'
import { expect, type App } from './fixtures'

/** How many runs have finished, as the host has recorded them. */
async function finished(workspace: string): Promise<number> {
  const runs = join(workspace, 'runs')
  const states = (await readdir(runs)).map(async (run) => {
    const record = await readFile(join(runs, run, 'run.json'), 'utf8').catch(() => null) // not written yet
    return record === null ? null : (JSON.parse(record) as { status: RunStatus }).status.state
  })
  return (await Promise.all(states)).filter((state) => state === 'finished').length
}
/** Trains the open lab with these settings, as the run of this number. */
export async function train(
  { page, workspace }: App,
  number: number,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  await page.getByTestId('training-settings').click()
  for (const [name, value] of Object.entries(settings)) {
    await page.getByTestId(`field-${name}`).fill(value)
    await page.getByTestId(`field-${name}`).press('Enter')
  }
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await expect.poll(() => finished(workspace), { timeout: 40_000 }).toBe(number)
}
