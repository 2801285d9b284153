/** A trained model is made to write: on from a prompt while it trains, stopped, asked again; and from a source, by beam search. */
import { expect, test } from './fixtures'

test('a model writes on while it trains, takes another seed when asked again, and says what it cannot read', async ({
  app,
}) => {
  const { page } = app
  await page.getByTestId('gallery-lab-tiny-gpt').click()
  await page.getByTestId('tab-writing').click()
  await expect(page.getByTestId('write')).toBeDisabled()
  await page.getByTestId('training-settings').click()
  await page.getByTestId('field-steps').fill('100000')
  await page.getByTestId('field-steps').press('Enter')
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await expect(page.getByTestId('stat-step')).not.toHaveText('0')

  const prompt = page.getByTestId('writing-prompt')
  await prompt.fill('The old ')
  await prompt.press('Control+Enter')
  await expect(page.getByTestId('writing-facts')).toContainText('200 tokens')
  await expect(page.getByTestId('written')).toContainText('The old ')
  await expect(page.getByTestId('run-state')).toHaveText('Training')

  // What is written is the run's as it was then: stopped, it writes the same until it is asked for another.
  await page.getByTestId('stop').click()
  await expect(page.getByTestId('run-state')).toHaveText('Stopped')
  await page.getByTestId('write').click()
  await expect(page.getByTestId('write')).toHaveText('Another')
  const first = await page.getByTestId('written').innerText()
  await page.getByTestId('write').click()
  await expect(page.getByTestId('written')).not.toHaveText(first)
  await page.getByTestId('writing-settings').click()
  await expect(page.getByTestId('field-seed')).toHaveValue('2')
  await page.getByTestId('field-seed').fill('1')
  await page.getByTestId('field-length').fill('10000')
  await page.getByTestId('field-length').press('Enter')
  await page.keyboard.press('Escape')

  // A long one is shown while it comes, begins like the short one, and can be stopped.
  await page.getByTestId('write').click()
  await expect(page.getByTestId('written')).toContainText(first)
  await page.getByTestId('writing-stop').click()
  await expect(page.getByTestId('write')).toBeVisible()
  await expect(page.getByTestId('written')).toContainText(first)
  await expect(page.getByTestId('writing-facts')).toHaveText('')

  await prompt.fill('☃')
  await page.getByTestId('write').click()
  await expect(page.getByTestId('writing-problem')).toContainText('never seen the character “☃”')
  expect(app.errors).toEqual([])
})

test('a date is read and written, with the likeliest sequences and their probabilities', async ({ app }) => {
  const { page } = app
  await page.getByTestId('gallery-lab-dates').click()
  await page.getByTestId('play').click()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('let the model write')
  await page.keyboard.press('Enter')
  const source = page.getByTestId('writing-source')
  await expect(source).toBeFocused()
  await expect(source).toHaveAttribute('placeholder', /^e\.g\. \w+ /)
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 60_000 })

  await page.keyboard.type('the third of may nineteen ninety eight')
  await page.keyboard.press('Enter')
  const written = page.getByTestId('written').locator('p')
  await expect(written).toHaveCount(3)
  await expect(written.first()).toContainText(/^1998-05-03\s*[\d.]+$/)
  await source.fill('the third of nonsense')
  await source.press('Enter')
  await expect(page.getByTestId('writing-problem')).toContainText('never read “nonsense”')
  expect(app.errors).toEqual([])
})
