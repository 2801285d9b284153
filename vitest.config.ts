/** Unit and integration tests: files named `*.test.ts` beside what they test. */
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  resolve: {
    alias: { '@core': resolve(import.meta.dirname, 'src/core'), '@engine': resolve(import.meta.dirname, 'src/engine') },
  },
  test: { include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'], testTimeout: 30_000, maxWorkers: '100%' },
})
