/** Generation: from a prompt during training, cancelled and repeated; and from a source by beam search. */
import { expect, openLab, test } from './fixtures'

test('a model continues a prompt while it trains, uses a new seed each time, and reports characters it does not know', async ({
  app,
}) => {
  const { page } = app
  await openLab(page, 'tiny-gpt')
  await page.getByTestId('tab-generation').click()
  await expect(page.getByTestId('generate')).toBeDisabled()
  await page.getByTestId('training-settings').click()
  await page.getByTestId('field-steps').fill('100000')
  await page.getByTestId('field-steps').press('Enter')
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await expect(page.getByTestId('stat-step')).not.toHaveText('0')

  const prompt = page.getByTestId('generation-prompt')
  await prompt.fill('The old ')
  await prompt.press('Control+Enter')
  await expect(page.getByTestId('generation-facts')).toContainText('200 tokens')
  await expect(page.getByTestId('generated')).toContainText('The old ')
  await expect(page.getByTestId('run-state')).toHaveText('Training')

  // After training, the same request gives the same text until another one is made.
  await page.getByTestId('stop').click()
  await expect(page.getByTestId('run-state')).toHaveText('Stopped')
  await page.getByTestId('generate').click()
  await expect(page.getByTestId('generate')).toHaveText('Generate again')
  const first = await page.getByTestId('generated').innerText()
  await page.getByTestId('generate').click()
  await expect(page.getByTestId('generated')).not.toHaveText(first)
  await page.getByTestId('generation-settings').click()
  await expect(page.getByTestId('field-seed')).toHaveValue('2')
  await page.getByTestId('field-seed').fill('1')
  await page.getByTestId('field-length').fill('10000')
  await page.getByTestId('field-length').press('Enter')
  await page.keyboard.press('Escape')

  // A long text appears gradually, starts like the short one, and can be cancelled.
  await page.getByTestId('generate').click()
  await expect(page.getByTestId('generated')).toContainText(first)
  await page.getByTestId('generation-stop').click()
  await expect(page.getByTestId('generate')).toBeVisible()
  await expect(page.getByTestId('generated')).toContainText(first)
  await expect(page.getByTestId('generation-facts')).toHaveText('')

  await prompt.fill('☃')
  await page.getByTestId('generate').click()
  await expect(page.getByTestId('generation-problem')).toContainText('The character “☃” is not in the vocabulary')
  expect(app.errors).toEqual([])
})

test('a date is generated from its words, with the most probable sequences and their probabilities', async ({ app }) => {
  const { page } = app
  await openLab(page, 'dates')
  await page.getByTestId('play').click()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('generate with the model')
  await page.keyboard.press('Enter')
  const source = page.getByTestId('generation-source')
  await expect(source).toBeFocused()
  await expect(source).toHaveAttribute('placeholder', /^e\.g\. \w+ /)
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 60_000 })

  await page.keyboard.type('the third of may nineteen ninety eight')
  await page.keyboard.press('Enter')
  const generated = page.getByTestId('generated').locator('p')
  await expect(generated).toHaveCount(3)
  await expect(generated.first()).toContainText(/^1998-05-03\s*[\d.]+$/)
  await source.fill('the third of nonsense')
  await source.press('Enter')
  await expect(page.getByTestId('generation-problem')).toContainText('“nonsense” is not in the vocabulary')
  expect(app.errors).toEqual([])
})
