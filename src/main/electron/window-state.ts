/** Remembers the window's size and position across starts. */
import { renameSync, writeFileSync } from 'node:fs'
import { screen, type BrowserWindow, type Rectangle } from 'electron'
import { z } from 'zod'
import { readJson } from '../service/files'

export interface WindowState {
  /** Missing if the window should be centred. */
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
  readonly maximised: boolean
}

const initial: WindowState = { width: 1440, height: 900, maximised: false }
const size = z.number().int().min(200).max(20_000)
const place = z.number().int().min(-50_000).max(50_000)
const stateFile = z.object({ x: place, y: place, width: size, height: size, maximised: z.boolean() })

/** The saved state if still reachable: its screen may have been unplugged. */
export async function readWindowState(path: string): Promise<WindowState> {
  const { data } = stateFile.safeParse(await readJson(path).catch(() => null))
  if (!data) return initial
  const { width, height, maximised } = data
  const reachable = screen.getAllDisplays().some(({ workArea }) => showsTitleBar(data, workArea))
  return reachable ? data : { width, height, maximised }
}

/** Whether enough of the title bar to drag the window is within the area. */
function showsTitleBar({ x, y, width }: Rectangle, area: Rectangle): boolean {
  const visible = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
  return visible >= 100 && y >= area.y - 10 && y <= area.y + area.height - 40
}

/**
 * Saves the state on every attempt to close the window. Synchronously: the application may quit before a later write, and
 * states must not be written out of order.
 */
export function rememberWindowState(window: BrowserWindow, path: string, failed: (error: unknown) => void): void {
  window.on('close', () => {
    const state = { ...window.getNormalBounds(), maximised: window.isMaximized() }
    try {
      writeFileSync(`${path}.new`, JSON.stringify(state))
      renameSync(`${path}.new`, path)
    } catch (error) {
      failed(error)
    }
  })
}
