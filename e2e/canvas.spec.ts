/** The canvas: what it shows of a model at every size, and every way to edit with mouse or keyboard. */
import { readFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'
import { expect, openEmpty, openLab, reload, test } from './fixtures'

const zoomOf = (page: Page): Promise<number> =>
  page.locator('.vue-flow__transformationpane').evaluate((pane) => new DOMMatrix(getComputedStyle(pane).transform).a)

async function boxOf(page: Page, id: string): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.getByTestId(id).boundingBox()
  if (!box) throw new Error(`${id} is not visible`)
  return box
}

for (const [width, height] of [
  [800, 600],
  [1280, 720],
  [1920, 1080],
] as const) {
  test(`a lab opens at its beginning at a readable size, and can be fitted to the window, at ${width} × ${height}`, async ({
    app,
  }) => {
    const { page } = app
    await page.setViewportSize({ width, height })
    await openLab(page, 'tiny-gpt')
    await expect.poll(() => zoomOf(page)).toBeGreaterThanOrEqual(0.9 - 1e-6)
    const canvas = await boxOf(page, 'canvas')
    const first = await boxOf(page, 'node-tokens')
    expect(first.x).toBeGreaterThanOrEqual(canvas.x)
    expect(first.y).toBeGreaterThanOrEqual(canvas.y)
    expect(first.x + first.width).toBeLessThanOrEqual(canvas.x + canvas.width)
    expect(first.y + first.height).toBeLessThanOrEqual(canvas.y + canvas.height)

    await page.getByTestId('canvas').focus()
    await page.keyboard.press('f')
    const nodes = page.locator('.vue-flow__node')
    await expect(async () => {
      for (const node of await nodes.all()) {
        const box = await node.boundingBox()
        expect(box!.x).toBeGreaterThanOrEqual(canvas.x)
        expect(box!.x + box!.width).toBeLessThanOrEqual(canvas.x + canvas.width)
        expect(box!.y + box!.height).toBeLessThanOrEqual(canvas.y + canvas.height)
      }
    }).toPass({ timeout: 5000 })
  })
}

test('a lab restored with its undo history opens like any other, and larger for a projector', async ({ app }) => {
  const { page } = app
  await openLab(page, 'tiny-gpt')
  await page.getByTestId('node-norm').click()
  await page.keyboard.press('Delete')
  await expect(page.getByTestId('undo')).toBeEnabled()
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('f')
  await expect.poll(() => zoomOf(page)).toBeLessThan(0.89)
  await reload(page)
  await expect(page.getByTestId('node-tokens')).toBeVisible()
  await expect(page.getByTestId('undo')).toBeEnabled()
  await expect.poll(() => zoomOf(page)).toBeCloseTo(0.9)
  await page.getByTestId('theme').click()
  await page.getByTestId('menu-view.projector').click()
  await expect.poll(() => zoomOf(page)).toBeCloseTo(1.125)
})

/** Smallest font size of all text on the canvas, in pixels on screen. */
const smallestText = (page: Page): Promise<number> =>
  page.locator('.vue-flow__transformationpane').evaluate((pane) => {
    const zoom = new DOMMatrix(getComputedStyle(pane).transform).a
    const sizes = [...pane.querySelectorAll('*')].flatMap((element) => {
      const written = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())
      if (!written || element.closest('.sr-only, title')) return []
      return [parseFloat(getComputedStyle(element).fontSize) * zoom]
    })
    return Math.min(...sizes)
  })

test('no text of the canvas is smaller than 11 pixels at any zoom, and smaller blocks show less', async ({ app }) => {
  const { page } = app
  await openLab(page, 'tiny-gpt')
  await page.getByTestId('canvas').focus()
  const shown: string[] = []
  for (let presses = 0; presses < 12; presses++) {
    await expect.poll(() => smallestText(page)).toBeGreaterThanOrEqual(11 - 0.01)
    const caption = await page.getByTestId('node-tokens').locator('p').count()
    const picture = await page.getByTestId('node-tokens').locator('canvas').count()
    const name = (await page.getByTestId('node-tokens').textContent())?.includes('Tokens')
    const now = caption ? 'all' : picture ? 'picture' : name ? 'name' : 'colour'
    if (shown.at(-1) !== now) shown.push(now)
    const before = await zoomOf(page)
    await page.keyboard.press('-')
    await expect.poll(() => zoomOf(page)).toBeLessThan(before)
    await page.waitForTimeout(250) // wait for the zoom animation
  }
  expect(shown).toEqual(['all', 'picture', 'name', 'colour'])
})

/** Whether a port is hit at its centre and at the edges and corners of a square of 24 pixels. */
const reached = (handle: Locator): Promise<boolean[]> =>
  handle.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect()
    const [middle, centre] = [x + width / 2, y + height / 2]
    const at = (dx: number, dy: number) => document.elementFromPoint(middle + dx, centre + dy) === element
    return [at(0, 0), at(-11.5, 0), at(11.5, 0), at(0, -11.5), at(0, 11.5), at(-11.5, -11.5), at(11.5, 11.5)]
  })

test('a port has a target of 24 pixels at every zoom where it is active, and shows its name', async ({ app }) => {
  const { page } = app
  await openLab(page, 'reverse')
  const node = page.locator('.vue-flow__node', { has: page.locator('[data-testid$="-b"]') }).first()
  const id = await node.getAttribute('data-id')
  await node.focus()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Tab')
  await expect(node).toBeFocused()
  for (let presses = 0; presses < 3; presses++) {
    for (const port of ['in-a', 'in-b', 'out-y'] as const) {
      const [side, name] = port.split('-')
      const handle = page.getByTestId(`handle-${side}-${id}-${name}`)
      expect(await reached(handle), `${port} at zoom ${await zoomOf(page)}`).not.toContain(false)
      const label = () => handle.evaluate((element) => getComputedStyle(element, '::before').display)
      expect(await label(), 'its block has the keyboard').toBe('block')
      expect(await handle.getAttribute('data-name')).toMatch(new RegExp(`^${name}  B\\d+·T\\d+·\\d+$`))
    }
    await page.keyboard.press('-')
    await page.waitForTimeout(400) // wait for the zoom animation
  }
  await page.keyboard.press('Escape')
  await page.getByTestId('canvas').focus()
  const handle = page.getByTestId('handle-out-tokens-ids')
  const label = () => handle.evaluate((element) => getComputedStyle(element, '::before').display)
  expect(await label()).toBe('none')
  await handle.hover()
  expect(await label()).toBe('block')
})

test('so does each of the six inputs of a group', async ({ app }, info) => {
  test.skip(info.project.name === 'electron', 'opens through a native dialog there')
  const { page } = app
  await openLab(page, 'reverse')
  const lab = JSON.parse(await readFile('resources/labs/reverse.json', 'utf8')) as object
  const add = (id: number) => ({ id: `s${id}`, kind: 'add', params: {}, position: { x: 200 * id, y: 0 } })
  const group = {
    title: 'Sum of six',
    nodes: [0, 1, 2, 3, 4].map(add),
    edges: [1, 2, 3, 4].map((id) => ({ from: { node: `s${id - 1}`, port: 'y' }, to: { node: `s${id}`, port: 'a' } })),
    inputs: [
      { name: 'x0', to: [{ node: 's0', port: 'a' }] },
      ...[0, 1, 2, 3, 4].map((id) => ({ name: `x${id + 1}`, to: [{ node: `s${id}`, port: 'b' }] })),
    ],
    outputs: [{ name: 'y', from: { node: 's4', port: 'y' } }],
  }
  const nodes = [{ id: 'group', kind: 'group', params: { group: 'six', repeat: 1 }, position: { x: 0, y: 0 } }]
  const chooser = page.waitForEvent('filechooser')
  await page.keyboard.press('Control+o')
  await (
    await chooser
  ).setFiles({
    name: 'six.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ ...lab, graph: { nodes, edges: [], groups: { six: group } } })),
  })
  await expect(page.getByTestId('node-group')).toBeVisible()
  for (const presses of [0, 1, 2, 3]) {
    if (presses > 0) await page.keyboard.press('-')
    await page.waitForTimeout(400) // wait for the zoom animation
    for (let input = 0; input < 6; input++)
      expect(await reached(page.getByTestId(`handle-in-group-x${input}`)), `zoom ${await zoomOf(page)}`).not.toContain(false)
  }
})

/** Drags a block from the palette onto the canvas, with its centre at the given fractions of the canvas. */
async function drop(page: Page, kind: string, x: number, y: number): Promise<void> {
  const canvas = page.getByTestId('canvas')
  const { width, height } = await boxOf(page, 'canvas')
  await page.getByTestId(`palette-item-${kind}`).dragTo(canvas, { targetPosition: { x: width * x, y: height * y } })
  await expect(page.getByTestId(`node-${kind}`)).toBeVisible()
}

async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 6 })
  await page.mouse.move(to.x, to.y, { steps: 6 })
  await page.mouse.up()
}
const middle = ({ x, y, width, height }: { x: number; y: number; width: number; height: number }) => ({
  x: x + width / 2,
  y: y + height / 2,
})
/** Positions of a port and of a block's centre. */
const portAt = async (page: Page, port: string) => middle(await boxOf(page, `handle-${port}`))
const blockAt = async (page: Page, node: string) => middle(await boxOf(page, `node-${node}`))

test('a wire dropped on a block connects to the only input that fits; if several do, a notice says so', async ({ app }) => {
  const { page } = app
  await openEmpty(page)
  await drop(page, 'tokens', 0.15, 0.3)
  await drop(page, 'embedding', 0.45, 0.3)
  await drop(page, 'add', 0.8, 0.3)
  await drag(page, await portAt(page, 'out-tokens-ids'), await blockAt(page, 'embedding'))
  await expect(page.getByTestId('wire-embedding-ids')).toHaveCount(1)
  await page.getByTestId('undo').click()
  await expect(page.getByTestId('wire-embedding-ids')).toHaveCount(0)
  await page.getByTestId('redo').click()

  await drag(page, await portAt(page, 'out-embedding-y'), await blockAt(page, 'add'))
  await expect(page.getByText('Several inputs of “Add (residual)” fit: a, b.')).toBeVisible()
  await drag(page, await portAt(page, 'out-embedding-y'), await portAt(page, 'in-add-a'))
  await drag(page, await portAt(page, 'out-embedding-y'), await blockAt(page, 'add'))
  await expect(page.getByTestId('wire-add-b')).toHaveCount(1)
  await drag(page, await portAt(page, 'out-add-y'), await blockAt(page, 'tokens'))
  await expect(page.getByText('No input of “Tokens” takes what this wire carries.')).toBeVisible()
  expect(app.errors).toEqual([])
})

test('a block dropped on a wire is inserted, and removing it reconnects the wire, each as one undo step', async ({ app }) => {
  const { page } = app
  await openEmpty(page)
  await drop(page, 'tokens', 0.12, 0.3)
  await drop(page, 'embedding', 0.35, 0.3)
  await drop(page, 'classifier', 0.85, 0.3)
  await drag(page, await portAt(page, 'out-tokens-ids'), await blockAt(page, 'embedding'))
  await drag(page, await portAt(page, 'out-embedding-y'), await blockAt(page, 'classifier'))
  const last = page.getByTestId('wire-classifier-x')
  await expect(last).toHaveAttribute('aria-label', /^Wire from Embedding to Classifier/)

  await drop(page, 'norm', 0.6, 0.3)
  await expect(last).toHaveAttribute('aria-label', /^Wire from Normalisation to Classifier/)
  await expect(page.getByTestId('wire-norm-x')).toHaveAttribute('aria-label', /^Wire from Embedding to Normalisation/)
  await page.getByTestId('undo').click()
  await expect(page.getByTestId('node-norm')).toHaveCount(0)
  await expect(last).toHaveAttribute('aria-label', /^Wire from Embedding to Classifier/)

  await drop(page, 'dropout', 0.6, 0.75)
  await expect(last).toHaveAttribute('aria-label', /^Wire from Embedding to Classifier/)
  const loose = await blockAt(page, 'dropout')
  await drag(page, loose, { x: loose.x, y: (await blockAt(page, 'classifier')).y })
  await expect(last).toHaveAttribute('aria-label', /^Wire from Dropout to Classifier/)
  await page.getByTestId('undo').click()
  await expect(last).toHaveAttribute('aria-label', /^Wire from Embedding to Classifier/)
  expect((await blockAt(page, 'dropout')).y).toBeCloseTo(loose.y, 0)
  await page.getByTestId('redo').click()

  await page.getByTestId('node-dropout').click()
  await page.keyboard.press('Delete')
  await expect(page.getByTestId('node-dropout')).toHaveCount(0)
  await expect(last).toHaveAttribute('aria-label', /^Wire from Embedding to Classifier/)
  await page.getByTestId('undo').click()
  await expect(last).toHaveAttribute('aria-label', /^Wire from Dropout to Classifier/)
  expect(app.errors).toEqual([])
})

const menu = (page: Page) => page.getByTestId('canvas-menu')
const focused = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? null)

test('the canvas, a block, a wire and a group each have a context menu, by mouse and keyboard, and Escape closes it', async ({
  app,
}) => {
  const { page } = app
  await openLab(page, 'reverse')
  await page.getByTestId('node-embedding').click({ button: 'right' })
  await expect(menu(page)).toHaveAttribute('role', 'menu')
  await expect(menu(page)).toHaveAttribute('aria-label', 'Embedding')
  await expect(page.getByRole('menuitem').first()).toBeFocused()
  await page.keyboard.press('End')
  await expect(page.getByTestId('canvas-choice-edit.delete')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('menuitem').first()).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(menu(page)).toHaveCount(0)
  await expect(page.getByTestId('node-embedding')).toBeFocused()

  for (const key of ['Shift+F10', 'ContextMenu']) {
    await page.getByTestId('node-tokens').focus()
    await page.keyboard.press(key)
    await expect(menu(page)).toHaveAttribute('aria-label', 'Tokens')
    await page.keyboard.press('Escape')
    expect(await focused(page)).toBe('node-tokens')
  }
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+F10')
  await page.keyboard.press('Escape')

  const { x, y } = await boxOf(page, 'canvas')
  await page.mouse.click(x + 4, y + 4, { button: 'right' })
  await expect(menu(page)).toHaveAttribute('aria-label', 'Canvas')
  await page.getByTestId('canvas-choice-edit.selectAll').click()
  await page.getByTestId('node-embedding').click({ button: 'right' })
  await expect(menu(page)).toHaveAttribute('aria-label', /^\d+ blocks$/)
  await page.keyboard.press('Escape')

  const from = await portAt(page, 'out-tokens-ids')
  const to = await portAt(page, 'in-embedding-ids')
  await page.mouse.click(from.x + (to.x - from.x) * 0.3, from.y + (to.y - from.y) * 0.3, { button: 'right' })
  await expect(menu(page)).toHaveAttribute('aria-label', 'Wire from Tokens to Embedding')
  await page.getByTestId('canvas-choice-edit.deleteWire').press('Enter')
  await expect(page.getByTestId('wire-embedding-ids')).toHaveCount(0)
  await page.getByTestId('undo').click()

  await page.getByTestId('node-embedding').click({ button: 'right' })
  await page.getByTestId('canvas-choice-edit.group').click()
  await page.getByTestId('node-group').click({ button: 'right' })
  await expect(page.getByTestId('canvas-choice-edit.openGroup')).toBeVisible()
  await page.getByTestId('canvas-choice-edit.ungroup').click()
  await expect(page.getByTestId('node-group')).toHaveCount(0)
  await expect(page.getByTestId('node-embedding')).toBeVisible()
  expect(app.errors).toEqual([])
})

test('blocks can be renamed in the inspector, by key and in the menu, and show the new name everywhere', async ({ app }) => {
  const { page } = app
  await openLab(page, 'reverse')
  const node = page.getByTestId('node-norm-attention-1')
  await expect(node).toContainText('Norm 1')
  await expect(page.getByTestId('node-norm-attention-2')).toContainText('Norm 3')
  await node.focus()
  await page.keyboard.press('F2')
  await expect(page.getByTestId('field-block-name')).toBeFocused()
  await page.keyboard.type('Before attention')
  await page.keyboard.press('Enter')
  await expect(node).toContainText('Before attention')
  await expect(node).toHaveAttribute('aria-label', /^Before attention/)
  await expect(page.getByRole('list', { name: 'Model outline' })).toContainText('Before attention')
  await expect(page.getByTestId('wire-norm-attention-1-x')).toHaveAttribute('aria-label', /to Before attention/)
  await expect(page.getByTestId('node-norm-attention-2')).toContainText('Norm 2')

  await page.getByTestId('undo').click()
  await expect(node).toContainText('Norm 1')
  await node.click({ button: 'right' })
  await page.getByTestId('canvas-choice-edit.rename').click()
  await expect(page.getByTestId('field-block-name')).toBeFocused()
  await page.keyboard.type('Mine')
  await page.getByTestId('node-tokens').click()
  await expect(node).toContainText('Mine')
  await node.click()
  await expect(page.getByTestId('field-block-name')).toHaveValue('Mine')
  await page.getByTestId('field-block-name').fill('')
  await page.getByTestId('field-block-name').press('Enter')
  await expect(node).toContainText('Norm 1')
  expect(app.errors).toEqual([])
})

for (const [width, height] of [
  [1440, 900],
  [800, 600],
] as const) {
  test(`unfinished blocks show no errors until training is started, then one list says what is missing, at ${width} × ${height}`, async ({
    app,
  }) => {
    const { page } = app
    await openEmpty(page)
    await page.getByTestId('palette-item-tokens').click()
    await page.getByTestId('palette-item-classifier').click()
    await page.getByTestId('palette-item-add').click()
    await expect(page.getByTestId('node-add')).toBeVisible()
    await page.setViewportSize({ width, height })
    await expect(page.getByTestId('diagnostics')).toHaveCount(0)
    await expect(page.getByTestId('node-add').locator('.warning')).toHaveCount(0)
    await expect(page.getByText('is not connected')).toHaveCount(0)

    await page.getByTestId('play').click()
    const list = page.getByTestId('diagnostic')
    await expect(list).toHaveCount(4)
    const sentence = { name: /^The input “a” of “Add/ }
    await expect(page.getByRole('button', sentence)).toHaveCount(1)
    await expect(page.getByText('Problems to solve before training: 4')).toHaveCount(1)
    const canvas = await boxOf(page, 'canvas')
    for (const problem of await list.all()) {
      await problem.scrollIntoViewIfNeeded()
      const box = (await problem.boundingBox())!
      expect(box.x).toBeGreaterThanOrEqual(canvas.x)
      expect(box.x + box.width).toBeLessThanOrEqual(canvas.x + canvas.width)
      expect(box.width).toBeGreaterThan(150)
      const top = await problem.evaluate((element) => {
        const { x, y, width, height } = element.getBoundingClientRect()
        return element.contains(document.elementFromPoint(x + width / 2, y + height / 2))
      })
      expect(top).toBe(true)
    }
    await page.getByTestId('diagnostics-more').click()
    await expect(list).toHaveCount(canvas.width < 560 ? 0 : 1)
    expect(app.errors).toEqual([])
  })
}

test('a block that was complete and no longer is appears in the list at once', async ({ app }) => {
  const { page } = app
  await openLab(page, 'reverse')
  await expect(page.getByTestId('diagnostics')).toHaveCount(0)
  await page.getByTestId('node-tokens').click()
  await page.keyboard.press('Delete')
  await expect(page.getByTestId('diagnostic').first()).toBeVisible()
})
