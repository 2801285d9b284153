/** A page can train by itself: the same lab and seed give the same bytes in a Web Worker as in Node. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import type * as PageTraining from '../src/renderer/training'
import type { TrainingNews } from '../src/renderer/training/messages'
import { expect, test } from './fixtures'

const root = join(import.meta.dirname, '..')

interface Lab {
  readonly graph: object
  readonly training: object
}

async function reverse(seed = 1): Promise<Lab> {
  const lab = JSON.parse(await readFile(join(root, 'resources', 'labs', 'reverse.json'), 'utf8')) as Lab
  return { ...lab, training: { ...lab.training, steps: 20, seed } }
}

interface Trained {
  /** Per step, in single precision as in telemetry; JSON preserves them exactly, so equal values have equal bits. */
  readonly losses: readonly number[]
  readonly stateHash: string
}

/** With the command line and the same engine. */
async function trainInNode(): Promise<Trained> {
  const words = ['train', 'reverse', '--steps', '20', '--seed', '1', '--engine', 'tfjs', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'bin', 'attention-lab.mjs'), ...words])
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly loss: number; readonly stateHash?: string })
  return { losses: lines.slice(0, -1).map(({ loss }) => loss), stateHash: lines.at(-1)!.stateHash! }
}

/** All messages of the thread until it ends. */
function newsFromWorker(page: Page, lab: Lab): Promise<TrainingNews[]> {
  return page.evaluate(async (lab) => {
    const address = new URL('training.js', document.baseURI).href
    const { trainInPage } = (await import(address)) as typeof PageTraining
    const heard: TrainingNews[] = []
    return new Promise<TrainingNews[]>((resolve) => {
      trainInPage({ lab, data: null }, (news) => {
        heard.push(news)
        if (news.kind !== 'step') resolve(heard)
      })
    })
  }, lab)
}

async function trainInWorker(page: Page, lab: Lab): Promise<Trained> {
  const news = await newsFromWorker(page, lab)
  const last = news.at(-1)
  if (last?.kind !== 'summary') throw new Error(`the thread did not finish: ${JSON.stringify(last)}`)
  return {
    losses: news.flatMap((one) => (one.kind === 'step' ? [Math.fround(one.loss)] : [])),
    stateHash: last.summary.stateHash,
  }
}

test('20 steps of `reverse` give the same losses and states in a Web Worker as in Node', async ({ app }) => {
  const there = await trainInWorker(app.page, await reverse())
  expect(there.losses).toHaveLength(20)
  expect(there).toEqual(await trainInNode())
  expect((await trainInWorker(app.page, await reverse(2))).stateHash).not.toBe(there.stateHash)
  expect(app.errors).toEqual([])
})

test('a lab that cannot be trained is reported as a problem, and so is an invalid document', async ({ app }) => {
  const lab = await reverse()
  expect(await newsFromWorker(app.page, { ...lab, graph: { ...lab.graph, edges: [] } })).toMatchObject([
    { kind: 'problem', problem: { code: 'graph.missing-input' } },
  ])
  expect(await newsFromWorker(app.page, { graph: {}, training: {} })).toMatchObject([
    { kind: 'problem', problem: { code: 'lab.not-a-lab' } },
  ])
})

test("the page does not load the worker's code by itself", async ({ app }) => {
  const loaded = await app.page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
  expect(loaded.filter((name) => /training|\.wasm/.test(name))).toEqual([])
})
