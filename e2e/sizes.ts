/** Window sizes that the lab must fit, in CSS pixels. */
import type { Page } from '@playwright/test'

export interface Size {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly projector?: boolean
}

export const sizes: readonly Size[] = [
  { name: '640×400, which is 1280×800 at 200 %', width: 640, height: 400 },
  { name: '800×600', width: 800, height: 600 },
  { name: '1024×700', width: 1024, height: 700 },
  { name: '1280×800', width: 1280, height: 800 },
  { name: '1440×900', width: 1440, height: 900 },
  { name: '1920×1080', width: 1920, height: 1080 },
  { name: '1280×720 with a projector', width: 1280, height: 720, projector: true },
]

/** Requires an open lab. */
export async function chooseProjector(page: Page): Promise<void> {
  await page.getByTestId('theme').click()
  await page.getByTestId('menu-view.projector').click()
}
