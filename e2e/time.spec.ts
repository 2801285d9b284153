/** Time machine: every step of a run is seen again, played as a film, and forked. */
import { readFile } from 'node:fs/promises'
import { violationsIn } from './axe'
import { expect, openLab, reload, test } from './fixtures'

test('the rail shows any step of a finished run, plays it, and forks it', async ({ app }) => {
  test.setTimeout(120_000)
  const { page } = app
  await openLab(page, 'single-head')
  await expect(page.getByTestId('rail')).toBeDisabled()
  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 60_000 })
  const atEnd = await page.getByTestId('stat-loss').textContent()

  const rail = page.getByTestId('rail')
  await rail.fill('37')
  await expect(page.getByTestId('past-bar')).toContainText('After step 37 of 600')
  await expect(page.getByTestId('past-state')).toHaveText('All views show this step.', { timeout: 20_000 })
  await expect(page.getByTestId('stat-step')).toHaveText('37')
  await expect(page.getByTestId('stat-loss')).not.toHaveText(atEnd!)

  // By keyboard, one step at a time.
  await rail.focus()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByTestId('past-bar')).toContainText('After step 38 of 600')
  await page.keyboard.press('Home')
  await expect(page.getByTestId('past-bar')).toContainText('After step 0 of 600')
  await expect(page.getByTestId('past-state')).toHaveText('All views show this step.', { timeout: 20_000 })
  expect(await violationsIn(page, '[data-testid="past-bar"]', '[role="toolbar"]')).toEqual([])

  await page.getByTestId('film').click()
  await expect.poll(async () => Number(await rail.inputValue())).toBeGreaterThan(3)
  await page.getByTestId('film').click()
  const stopped = await rail.inputValue()
  await expect(page.getByTestId('film')).toHaveText('Play the film')
  expect(await rail.inputValue()).toBe(stopped)

  await page.keyboard.press('End')
  await rail.fill('600')
  await expect(page.getByTestId('past-bar')).toBeHidden()
  await expect(page.getByTestId('stat-loss')).toHaveText(atEnd!)

  await rail.fill('300')
  await page.getByTestId('fork').click()
  await expect(page.getByTestId('past-bar')).toBeHidden()
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 60_000 })
  await page.getByTestId('runs').click()
  await expect(page.getByTestId('run-list').locator('li')).toHaveCount(2)
  await expect(page.getByTestId('run-list')).toContainText('at step 300')
  expect(app.errors).toEqual([])
})

test('events of a run are marked on the rail: its best evaluation, and a changed learning rate', async ({ app }) => {
  test.setTimeout(120_000)
  const { page } = app
  await openLab(page, 'single-head')
  const paused = 4
  for (let step = 1; step <= paused; step++) {
    await page.getByTestId('step').click()
    await expect(page.getByTestId('stat-step')).toHaveText(String(step))
  }
  await page.getByTestId('learning-rate').click()
  const slider = page.getByRole('slider', { name: 'Learning rate' })
  await slider.focus()
  for (let press = 0; press < 10; press++) await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 60_000 })

  const rate = page.getByTestId('mark-rate')
  await expect(rate).toHaveAttribute('aria-label', new RegExp(`^Step ${paused + 1}: learning rate [\\d.]+ → [\\d.]+`))
  await rate.click()
  await expect(page.getByTestId('past-bar')).toContainText(`After step ${paused + 1} of 600`)
  const best = page.getByTestId('mark-best')
  await best.hover()
  await expect(page.getByRole('tooltip').first()).toContainText(/Step \d+: lowest validation loss/)
  await best.click()
  const step = Number(await best.getAttribute('data-step'))
  if (step < 600) await expect(page.getByTestId('past-bar')).toContainText(`After step ${step} of 600`)
  else await expect(page.getByTestId('past-bar')).toBeHidden()
  const { width, height } = (await best.boundingBox())!
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(24)
})

test('the past of a run is there after a restart of the page, and not where no space is given to it', async ({ app }) => {
  test.setTimeout(90_000)
  const { page } = app
  await openLab(page, 'single-head')
  await page.getByTestId('runs').click()
  const space = page
    .getByRole('spinbutton', { name: 'Disk space' })
    .or(page.getByLabel('Disk space for each run’s history, MB'))
  await space.first().fill('0')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 60_000 })
  await reload(page)
  await expect(page.getByTestId('run-state')).toHaveText('Finished')
  await page.getByTestId('rail').fill('200')
  await expect(page.getByTestId('past-state')).toContainText(
    'Step 200 of this run cannot be shown: no saved state precedes it.',
  )
  await page.getByTestId('back-to-now').click()
  await expect(page.getByTestId('past-bar')).toBeHidden()
})

test('the attention of a head over all kept steps is saved as an animated picture', async ({ app }, info) => {
  test.skip(info.project.name === 'electron', 'files are saved by a dialog there')
  test.setTimeout(120_000)
  const { page } = app
  await openLab(page, 'single-head')
  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 60_000 })
  await page.getByTestId('node-attention').click()
  await page.getByTestId('tab-live').click()
  await page
    .getByTestId('attention-map')
    .getByRole('button', { name: /^Copy or save/ })
    .click()
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: 60_000 }),
    page.getByRole('menuitem', { name: 'Save the film (animated PNG)' }).click(),
  ])
  // The browser itself plays it.
  const bytes = [...(await readFile(await download.path()))]
  const frames = await page.evaluate(async (data) => {
    const decoder = new ImageDecoder({ data: Uint8Array.from(data), type: 'image/png' })
    await decoder.tracks.ready
    await decoder.completed
    const { frameCount = 0, animated = false } = decoder.tracks.selectedTrack ?? {}
    const pixels = async (frameIndex: number): Promise<string> => {
      const { image } = await decoder.decode({ frameIndex })
      const buffer = new Uint8Array(image.allocationSize())
      await image.copyTo(buffer)
      return buffer.join()
    }
    return { frameCount, animated, differ: (await pixels(0)) !== (await pixels(frameCount - 1)) }
  }, bytes)
  expect(frames).toMatchObject({ animated: true, differ: true })
  expect(frames.frameCount).toBeGreaterThan(10)
  expect(app.errors).toEqual([])
})
