/** If a browser host uses the home, its page is offered, and opened without its address on a command line. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LabError } from '@core/errors'
import { announce } from '../service/serving'
import { textsIn } from '../texts'
import { tellWhy } from './start-failure'
import { dialog, shell } from './testing/electron'

vi.mock('electron', () => import('./testing/electron'))

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'start-failure-'))
  for (const list of [dialog.asked, dialog.answers, shell.opened]) list.length = 0
})
afterEach(() => rm(home, { recursive: true, force: true }))

const inUse = () => new LabError('home.in-use', { path: home, process: 7 })

it.each([
  [0, 1],
  [1, 0],
])('is opened if the user agrees (answer %d)', async (response, opened) => {
  await announce(home, 'http://127.0.0.1:4321/secret/')
  dialog.answers.push({ response })
  await tellWhy(inUse(), home, textsIn('en'))
  expect(dialog.asked).toMatchObject([
    { kind: 'message', options: { message: inUse().message, buttons: ['Open the Running Page', 'Quit Attention Lab'] } },
  ])
  expect(shell.opened).toHaveLength(opened)
  for (const path of shell.opened) {
    expect(path).not.toContain('secret')
    expect(await readFile(path, 'utf8')).toContain('url=http://127.0.0.1:4321/secret/')
  }
})

it('is not offered for other failures', async () => {
  await announce(home, 'http://127.0.0.1:4321/secret/')
  await tellWhy(new LabError('file.denied', { path: home }), home, textsIn('en'))
  expect(dialog.asked).toMatchObject([{ kind: 'error' }])
})
