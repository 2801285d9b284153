/** docs/export.md says what the plans of exports say now. To write it anew: `npx vitest run src/main/exchange/where.test.ts -u`. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './testing/commands'
import { sourcesForExport } from './testing/labs'
import { whereEverythingGoes } from './testing/where'

it('the page is current', async () => {
  await expect(await whereEverythingGoes(await sourcesForExport())).toMatchFileSnapshot(join(root, 'docs/export.md'))
}, 60_000)
