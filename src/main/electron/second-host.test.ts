/** Starts the desktop while another host uses the home, with a stand-in for Electron. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { lockHome } from '../service/home-lock'
import { app, BrowserWindow, dialog } from './testing/electron'

vi.mock('electron', () => import('./testing/electron'))
vi.mock('../web/page-files', () => ({ findPageFiles: () => Promise.resolve(new Map()) }))

it('names the other host, opens no window, and exits with a failure', async () => {
  const home = await mkdtemp(join(tmpdir(), 'second-host-'))
  vi.stubEnv('ATTENTION_LAB_HOME', home)
  const exited = vi.spyOn(app, 'exit').mockImplementation(() => undefined)
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const release = await lockHome(home)
  await import('../index')
  await vi.waitFor(() => expect(exited).toHaveBeenCalledWith(1), 10_000)
  expect(logged).toHaveBeenCalledOnce()
  expect(dialog.asked).toMatchObject([{ kind: 'error', options: { title: 'Attention Lab' } }])
  expect(dialog.asked[0]?.options.content).toMatch(/^Attention Lab is already running and uses the folder .*process \d+/)
  expect(BrowserWindow.all).toEqual([])
  await release()
  await rm(home, { recursive: true, force: true })
})
