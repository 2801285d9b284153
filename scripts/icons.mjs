/**
 * Renders resources/icons/icon.svg at all sizes needed by the installers, with the Chromium of the tests, and packs icon.ico (Windows) and
 * icon.icns (macOS). Run after changing the drawing: `node scripts/icons.mjs`; its output is committed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { ensureInstalled } from './prepare.mjs'
import { main, Refusal, root } from './process.mjs'

const folder = join(root, 'resources', 'icons')
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024]
/** The icns type of a PNG of each size. */
const appleTypes = { 128: 'ic07', 256: 'ic08', 512: 'ic09', 1024: 'ic10' }

await main(async () => {
  await ensureInstalled()
  const found = await findChromium()
  if (!found)
    throw new Refusal('Drawing the icons takes a Chromium, and none was found. Set ATTENTION_LAB_CHROMIUM to the path of one.')
  const images = await draw(found.path)
  for (const [size, image] of images) writeFileSync(join(folder, `${size}x${size}.png`), image)
  writeFileSync(join(folder, 'icon.ico'), ico([...images].filter(([size]) => size <= 256)))
  writeFileSync(join(folder, 'icon.icns'), icns([...images].filter(([size]) => size in appleTypes)))
})

async function draw(executablePath) {
  const { chromium } = await import('playwright')
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
  const drawing = `data:image/svg+xml;base64,${readFileSync(join(folder, 'icon.svg')).toString('base64')}`
  const page = await browser.newPage()
  const images = new Map()
  for (const size of sizes) {
    await page.setViewportSize({ width: size, height: size })
    await page.setContent(
      `<body style="margin:0"><img src="${drawing}" style="display:block" width="${size}" height="${size}"></body>`,
    )
    images.set(size, await page.screenshot({ omitBackground: true }))
  }
  await browser.close()
  return images
}

/** Windows: a header, a 16-byte entry per image, then the PNGs. */
function ico(images) {
  const header = Buffer.alloc(6 + 16 * images.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(images.length, 4)
  let offset = header.length
  images.forEach(([size, image], index) => {
    const entry = 6 + 16 * index
    header.writeUInt8(size % 256, entry) // 0 stands for 256
    header.writeUInt8(size % 256, entry + 1)
    header.writeUInt16LE(1, entry + 4)
    header.writeUInt16LE(32, entry + 6)
    header.writeUInt32LE(image.length, entry + 8)
    header.writeUInt32LE(offset, entry + 12)
    offset += image.length
  })
  return Buffer.concat([header, ...images.map(([, image]) => image)])
}

/** macOS: a magic number and the total length, then each PNG after its type and length. */
function icns(images) {
  const chunk = (type, parts) => {
    const header = Buffer.alloc(8)
    header.write(type, 'latin1')
    header.writeUInt32BE(8 + parts.reduce((total, part) => total + part.length, 0), 4)
    return Buffer.concat([header, ...parts])
  }
  return chunk(
    'icns',
    images.map(([size, image]) => chunk(appleTypes[size], [image])),
  )
}
