/** The same specs against the browser host and, where an Electron binary and a display exist, the desktop window. */
import { defineConfig } from '@playwright/test'
import type { HostOptions } from './e2e/fixtures'
import { electronBinary, hasDisplay } from './scripts/electron.mjs'

const desktop = electronBinary() !== null && hasDisplay()

export default defineConfig<HostOptions>({
  testDir: 'e2e',
  outputDir: 'test-results/browser',
  // One at a time: every test trains a model and wants the machine's cores for itself.
  workers: 1,
  timeout: 90_000,
  forbidOnly: Boolean(process.env.CI),
  use: {
    launchOptions: {
      // The Chromium that scripts/chromium.mjs found; without one named, Playwright's own.
      ...(process.env.ATTENTION_LAB_CHROMIUM ? { executablePath: process.env.ATTENTION_LAB_CHROMIUM } : {}),
      // Chromium refuses its sandbox to root, as whom containers run.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'browser', use: { host: 'browser' } },
    ...(desktop ? [{ name: 'electron', use: { host: 'electron' as const } }] : []),
  ],
})
