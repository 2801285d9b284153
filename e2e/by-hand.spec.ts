/** Painted attention and weights set by hand: part of the lab, undone like any change, and what training then begins with. */
import { violationsIn } from './axe'
import { expect, openLab, test, train } from './fixtures'

test('a painted map takes the place of a head: shown in training, undone, and removed', async ({ app }) => {
  test.setTimeout(150_000)
  const { page } = app
  await openLab(page, 'single-head')
  await train(page)
  await page.getByTestId('node-attention').click()
  await page.getByTestId('tab-live').click()
  await page.getByTestId('paint').click()
  await page.getByTestId('menu-first').click()
  const map = page.getByTestId('painted-map')
  await expect(map).toBeVisible()

  // By mouse: the last key for the third query and all below it.
  const box = (await map.locator('canvas').boundingBox())!
  await map.scrollIntoViewIfNeeded()
  const [x, y] = [box.width * 0.8, box.height * 0.32]
  await map.locator('canvas').hover({ position: { x, y } })
  await page.mouse.down()
  await map.locator('canvas').hover({ position: { x, y: box.height * 0.6 } })
  await page.mouse.up()
  await expect(map.locator('output')).toContainText('1.000')
  await page.getByTestId('undo').click()
  await page.getByTestId('redo').click()
  await expect(map).toBeVisible()
  expect(await violationsIn(page, '[data-testid="inspector"]')).toEqual([])

  await train(page)
  // The first token alone is attended to by the second query, whatever the sample.
  const live = page.getByTestId('attention-map')
  await live.locator('canvas').focus()
  await live.locator('canvas').press('ArrowDown') // from the first query to the second
  await expect(live.locator('output b')).toHaveText('1.000')
  await page.getByTestId('paint-remove').click()
  await expect(map).toHaveCount(0)
  await page.getByTestId('undo').click()
  await expect(map).toBeVisible()
  expect(app.errors).toEqual([])
})

test('a weight set by hand and frozen is what the trained model has, cell by cell', async ({ app }) => {
  test.setTimeout(120_000)
  const { page } = app
  await openLab(page, 'single-head')
  await page.getByTestId('node-attention').click()
  await page.getByTestId('tab-weights').click()
  await page.getByTestId('by-hand-query').click()
  await page.getByTestId('menu-identity').click()
  const own = page.getByTestId('by-hand-map-query')
  await own.locator('canvas').focus()
  await own.locator('canvas').press('ArrowDown')
  await page.getByTestId('by-hand-cell-query').fill('0,5')
  await page.getByTestId('by-hand-cell-query').press('Enter')
  await expect(page.getByTestId('by-hand-note-query')).toContainText('Set cell by cell.')
  await expect(own.locator('output b')).toHaveText('0.5000')
  await page.getByTestId('freeze-query').click()
  expect(await violationsIn(page, '[data-testid="inspector"]')).toEqual([])

  await train(page)
  const trained = page.getByTestId('weight-map-query')
  const canvas = trained.locator('canvas')
  await canvas.focus()
  await canvas.press('ArrowDown')
  await expect(trained.locator('output b')).toHaveText('0.5000')
  await canvas.press('ArrowDown')
  await canvas.press('ArrowRight')
  await expect(trained.locator('output b')).toHaveText('1.000')

  await page.getByTestId('by-hand-query').click()
  await page.getByTestId('menu-remove').click()
  await expect(own).toHaveCount(0)
  expect(app.errors).toEqual([])
})
