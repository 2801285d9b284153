/** Three builds in one: main (Node: desktop, browser host, command line, worker), preload, renderer. */
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { thirdPartyNotices } from './scripts/notices.mjs'

const root = import.meta.dirname
const alias = { '@core': resolve(root, 'src/core'), '@engine': resolve(root, 'src/engine') }

export default defineConfig({
  main: {
    resolve: { alias },
    build: {
      outDir: 'out/main',
      sourcemap: true,
      rolldownOptions: {
        input: {
          index: resolve(root, 'src/main/index.ts'),
          serve: resolve(root, 'src/main/serve.ts'),
          cli: resolve(root, 'src/main/cli.ts'),
          worker: resolve(root, 'src/main/worker/index.ts'),
          shard: resolve(root, 'src/main/worker/shard.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rolldownOptions: {
        input: resolve(root, 'src/preload/index.ts'),
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'src/renderer'),
    resolve: { alias },
    plugins: [vue(), thirdPartyNotices(root)],
    worker: { format: 'es' },
    build: {
      outDir: resolve(root, 'out/renderer'),
      minify: true, // halves what a page has to read before it can be used
      rolldownOptions: {
        input: resolve(root, 'src/renderer/index.html'),
      },
    },
  },
})
