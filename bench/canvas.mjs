/**
 * Performance of the canvas with large labs: transformers of a given number of blocks, laid out in rows so that all of them fit in view.
 *
 * - `open`: from choosing the file until drawing has settled, including wire shapes;
 * - `edit`: from a keystroke that changes a width until a wire shows the new shape;
 * - `near`: frames per second while one block follows the pointer, at the zoom at which labs open;
 * - `pan` and `drag`: the same for the canvas and for one block with all blocks in view; and the longest frames.
 *
 * Milliseconds and frame rates are medians. Other built checkouts are measured alternately with this one.
 *
 *     node bench/canvas.mjs [--blocks 30,300,900] [--rounds 3] [CHECKOUT…]
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../scripts/process.mjs'
import { openWorkbench } from '../scripts/workbench.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { blocks: { type: 'string', default: '30,300,900' }, rounds: { type: 'string', default: '3' } },
})
const checkouts = [root, ...positionals.map((path) => resolve(path))]
const dragged = 2000 // milliseconds
const labs = join(root, 'resources', 'labs')
const builtIn = readdirSync(labs).map((name) => JSON.parse(readFileSync(join(labs, name), 'utf8')))

for (const blocks of values.blocks.split(',').map(Number)) {
  /** @type {Map<string, Record<string, number>[]>} */
  const measured = new Map(checkouts.map((checkout) => [checkout, []]))
  for (let round = 0; round < Number(values.rounds); round++)
    for (const checkout of checkouts) measured.get(checkout)?.push(await measure(checkout, blocks))
  for (const [checkout, rounds] of measured) {
    const names = Object.keys(rounds[0] ?? {})
    const medians = names.map((name) => [name, median(rounds.map((figures) => figures[name]))])
    console.log(JSON.stringify({ blocks, checkout, ...Object.fromEntries(medians) }))
  }
}

async function measure(checkout, blocks) {
  const { page, close } = await openWorkbench({ viewport: { width: 1440, height: 900 } }, checkout)
  try {
    await page.getByTestId('gallery-open').waitFor()
    await page.evaluate(watchDrawing)
    const chooser = page.waitForEvent('filechooser')
    await page.getByTestId('gallery-open').click()
    const buffer = Buffer.from(JSON.stringify(transformer(blocks)))
    await (await chooser).setFiles({ name: 'large.lab.json', mimeType: 'application/json', buffer })
    const open = await page.evaluate(() => window['drawn']())
    const edit = await edited(page)
    const pane = await page.locator('.vue-flow__pane').boundingBox()
    if (!pane) throw new Error('The canvas is not shown.')
    const middle = { x: pane.x + pane.width / 2, y: pane.y + pane.height / 2 }
    const near = await drag(page, await page.evaluate(nearestBlock, middle))
    await page.keyboard.press('f')
    await page.waitForTimeout(1000)
    // An empty spot, between the last row and the lower edge.
    const pan = await drag(page, { x: pane.x + pane.width * 0.4, y: pane.y + pane.height - 6 })
    const move = await drag(page, await page.evaluate(nearestBlock, middle))
    const rates = { near: near.rate, pan: pan.rate, drag: move.rate }
    return { open, edit, ...rates, nearLongest: near.longest, panLongest: pan.longest, dragLongest: move.longest }
  } finally {
    await close()
  }
}

/**
 * In the page: `drawn()` resolves with the time until the last change of the canvas, once it has been still for a second with wire shapes
 * shown.
 */
function watchDrawing() {
  let chosen = 0
  let last = 0
  /** Changes not painted yet. */
  let waiting = 0
  document.addEventListener('change', () => (chosen = performance.now()), true)
  const after = () => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      waiting--
      last = performance.now()
    }
    port2.postMessage(null)
  }
  new MutationObserver(() => {
    waiting++
    requestAnimationFrame(after)
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true })
  window['drawn'] = () =>
    new Promise((done) => {
      const look = setInterval(() => {
        const still = waiting === 0 && performance.now() - last > 1000
        const shape = document.querySelector('[data-testid="wire-position-x"]')?.getAttribute('aria-label')
        if (chosen === 0 || !still || !shape?.includes('32')) return
        clearInterval(look)
        done(last - chosen)
      }, 50)
    })
}

/** In the page: the header of the block closest to a point. */
function nearestBlock({ x, y }) {
  const boxes = [...document.querySelectorAll('.vue-flow__node')].map((node) => node.getBoundingClientRect())
  const distance = (box) => Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y)
  const [nearest] = boxes.sort((a, b) => distance(a) - distance(b))
  return { x: nearest.x + nearest.width / 2, y: nearest.y + nearest.height * 0.15 }
}

/** Changes the width of the embedding, then undoes and redoes it; milliseconds until a wire shows the change. */
async function edited(page) {
  await page.getByTestId('node-embedding').focus()
  await page.keyboard.press('Enter')
  await page.getByTestId('field-width').fill('24')
  await page.keyboard.press('Enter')
  const shown = () =>
    document.querySelector('[data-testid="wire-position-x"]')?.getAttribute('aria-label')?.includes('24') ?? false
  await page.waitForFunction(shown, null, { timeout: 120_000 })
  const times = []
  for (const [key, width] of [
    ['z', '32'],
    ['Z', '24'],
    ['z', '32'],
    ['Z', '24'],
    ['z', '32'],
  ]) {
    times.push(
      await page.evaluate(
        ([key, width]) =>
          new Promise((done) => {
            const began = performance.now()
            const look = () => {
              if (document.querySelector('[data-testid="wire-position-x"]')?.getAttribute('aria-label')?.includes(width)) {
                const { port1, port2 } = new MessageChannel()
                port1.onmessage = () => done(performance.now() - began)
                port2.postMessage(null)
              } else requestAnimationFrame(look)
            }
            const shiftKey = key === 'Z'
            document.body.dispatchEvent(
              new KeyboardEvent('keydown', { key, ctrlKey: true, shiftKey, bubbles: true, cancelable: true }),
            )
            requestAnimationFrame(look)
          }),
        [key, width],
      ),
    )
  }
  return median(times)
}

/** Drags from a point and moves the pointer in a circle, once per frame. */
async function drag(page, from) {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  const figures = await page.evaluate(
    ({ x, y, duration }) =>
      new Promise((done) => {
        const frames = []
        const began = performance.now()
        const frame = (now) => {
          frames.push(now)
          const angle = (now - began) / 300
          const place = { clientX: x + 60 * Math.sin(angle), clientY: y + 60 * (Math.cos(angle) - 1) }
          const target = document.elementFromPoint(place.clientX, place.clientY) ?? document.body
          target.dispatchEvent(
            new MouseEvent('mousemove', { ...place, buttons: 1, bubbles: true, cancelable: true, view: window }),
          )
          if (now - began < duration) requestAnimationFrame(frame)
          else {
            const gaps = frames.slice(1).map((each, i) => each - frames[i])
            done({ rate: (1000 * gaps.length) / (frames.at(-1) - frames[0]), longest: Math.max(...gaps) })
          }
        }
        requestAnimationFrame(frame)
      }),
    { ...from, duration: dragged },
  )
  await page.mouse.up()
  return figures
}

/** Embedding, positions, layers of attention and feed-forward with residual connections, and a classifier: about `blocks` blocks. */
function transformer(blocks) {
  const nodes = []
  const edges = []
  const perRow = Math.ceil(Math.sqrt(blocks * 1.3))
  const place = (id, kind, params, inputs) => {
    const position = { x: 176 * (nodes.length % perRow), y: 144 * Math.floor(nodes.length / perRow) }
    nodes.push({ id, kind, params: { ...usual(kind), ...params }, position })
    for (const [port, node] of Object.entries(inputs))
      edges.push({ from: { node, port: node === 'tokens' ? 'ids' : 'y' }, to: { node: id, port } })
    return id
  }
  place('tokens', 'tokens', {}, {})
  place('embedding', 'embedding', { width: 32 }, { ids: 'tokens' })
  let last = place('position', 'position', {}, { x: 'embedding' })
  for (let layer = 1; nodes.length + 7 <= blocks; layer++) {
    for (const [kind, params] of [
      ['multi-head', { heads: 4 }],
      ['feed-forward', { hidden: 32 }],
    ]) {
      const norm = place(`norm-${kind}-${layer}`, 'norm', {}, { x: last })
      const change = place(`${kind}-${layer}`, kind, params, { x: norm })
      last = place(`add-${kind}-${layer}`, 'add', {}, { a: last, b: change })
    }
  }
  place('classifier', 'classifier', {}, { x: last })
  return {
    ...{ format: 'attention-lab', version: 1, title: `${nodes.length} blocks`, summary: '' },
    task: { kind: 'reverse', params: { length: 8 } },
    graph: { nodes, edges },
    training: { batchSize: 8 },
  }
}

/** Settings of a block kind in a built-in lab. */
function usual(kind) {
  for (const { graph } of builtIn) {
    const node = graph.nodes.find((each) => each.kind === kind)
    if (node) return node.params
  }
  return {}
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round(10 * sorted[sorted.length >> 1]) / 10
}
