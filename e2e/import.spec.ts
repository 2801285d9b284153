/** Importing a pretrained model: a folder is checked and imported, its heads are seen on one's own text, and it writes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { smallModel } from '../src/main/exchange/huggingface/testing/small-model'
import { violationsIn } from './axe'
import { expect, test } from './fixtures'

/** The format by its definition: length of the header, header, data. */
function safetensors(tensors: ReturnType<typeof smallModel>['tensors']): Buffer {
  let end = 0
  const entries = [...tensors].map(([name, { shape, data }]) => {
    const offsets = [end, (end += data.byteLength)]
    return [name, { dtype: 'F32', shape, data_offsets: offsets }]
  })
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, ...[...tensors.values()].map(({ data }) => Buffer.from(data.buffer))])
}

test('a folder of a model is checked, imported and opened as a run', async ({ app }) => {
  const { page } = app
  const folder = await mkdtemp(join(tmpdir(), 'attention-lab-e2e-model-'))
  const { config, tokeniser, tensors } = smallModel()
  try {
    await page.keyboard.press('Escape')
    await page.getByTestId('file-menu').press('Enter')
    await page.getByRole('menuitem', { name: 'Import model' }).press('Enter')
    const field = page.getByTestId('import-folder')
    await expect(field).toBeFocused()
    await field.fill(folder)
    await field.press('Enter')
    await expect(page.getByTestId('import-problem')).toContainText('it has no config.json')

    await writeFile(join(folder, 'config.json'), JSON.stringify(config))
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokeniser))
    await writeFile(join(folder, 'model.safetensors'), safetensors(tensors))
    await field.press('Enter')
    await expect(page.getByTestId('import-report')).toContainText('gpt2')
    expect(await violationsIn(page)).toEqual([])
    await field.press('Enter')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(page.locator('[data-id="layers"]')).toBeVisible()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
