// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { fakeHost } from '../testing/fake-host'
import { usePanels } from './panels'
import { panelLimits, useSettings, type Panel } from './settings'

async function resize(width: number, height: number): Promise<void> {
  Object.assign(window, { innerWidth: width, innerHeight: height })
  window.dispatchEvent(new Event('resize'))
  await nextTick()
}
beforeEach(async () => {
  await resize(1280, 800)
  fakeHost()
})
const open = () => (Object.keys(panelLimits) as Panel[]).filter((panel) => usePanels().isOpen(panel))

describe('in a wide window', () => {
  it('all panels are open, and a closed one stays closed', () => {
    expect(open()).toEqual(['left', 'right', 'bottom'])
    usePanels().toggle('left')
    expect([open(), useSettings().layout.left.collapsed]).toEqual([['right', 'bottom'], true])
  })
})

describe('in a narrow window', () => {
  beforeEach(async () => {
    usePanels()
    await resize(1024, 700)
  })
  it('side panels start closed, and only one is open at a time', () => {
    expect(open()).toEqual(['bottom'])
    usePanels().toggle('left')
    expect(open()).toEqual(['left', 'bottom'])
    usePanels().setOpen('right', true)
    expect(open()).toEqual(['right', 'bottom'])
    usePanels().setOpen('left', false)
    expect(open()).toEqual(['right', 'bottom'])
    usePanels().toggle('right')
    expect(open()).toEqual(['bottom'])
  })
  it('opening a panel does not change the setting for wide windows', async () => {
    useSettings().layout.left.collapsed = true
    usePanels().setOpen('left', true)
    await resize(1280, 800)
    expect(open()).toEqual(['right', 'bottom'])
  })
})

it('in a short window the bottom panel starts closed', async () => {
  usePanels()
  await resize(1280, 500)
  expect(open()).toEqual(['left', 'right'])
  usePanels().toggle('bottom')
  expect(open()).toEqual(['left', 'right', 'bottom'])
  expect(useSettings().layout.bottom.collapsed).toBe(false)
})

it('projector mode, with its larger text, raises the size limits', async () => {
  usePanels()
  await resize(1280, 720)
  expect(usePanels().narrow).toBe(false)
  useSettings().projector = true
  await nextTick()
  expect([usePanels().narrow, usePanels().short]).toEqual([true, false])
})
