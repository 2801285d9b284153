/** The proof that a page can train by itself: the same lab and seed give the same bytes in a Web Worker as in Node. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { parseLab } from '../src/core/lab/read'
import type { LabDocument } from '../src/core/lab/document'
import { listen, over } from '../src/engine/testing/trainers'
import { Trainer } from '../src/engine/trainer'
import { createTraining } from '../src/engine/training'
import { nodeSurroundings } from '../src/main/engine/surroundings'
import { createInstalledTfjs } from '../src/main/engine/tfjs'
import type * as PageTraining from '../src/renderer/training'
import type { TrainingNews } from '../src/renderer/training/messages'
import { expect, test } from './fixtures'

function reverse(training: Partial<LabDocument['training']> = {}): LabDocument {
  const lab = parseLab(readFileSync(join(import.meta.dirname, '../resources/labs/reverse.json'), 'utf8'))
  return { ...lab, training: { ...lab.training, steps: 20, seed: 1, ...training } }
}

interface Trained {
  /** Of each step; JavaScript writes and reads numbers without loss, so they are the same bits. */
  readonly losses: readonly number[]
  readonly stateHash: string
}

async function trainInNode(lab: LabDocument): Promise<Trained> {
  const told = listen()
  const training = createTraining(await createInstalledTfjs(), lab, null)
  const trainer = new Trainer(training, { surroundings: nodeSurroundings, storage: null, paused: false, listener: told })
  const done = trainer.run()
  await told.until(over)
  await trainer.end()
  await done
  return { losses: [...told.losses.values()], stateHash: told.summaries[0]!.stateHash }
}

/** All that the thread says until it ends. */
function trainInWorker(page: Page, lab: LabDocument): Promise<TrainingNews[]> {
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

function result(news: readonly TrainingNews[]): Trained {
  const last = news.at(-1)
  if (last?.kind !== 'summary') throw new Error(`the thread did not finish: ${JSON.stringify(last)}`)
  return { losses: news.flatMap((one) => (one.kind === 'step' ? [one.loss] : [])), stateHash: last.summary.stateHash }
}

test('20 steps of `reverse` give the same losses and the same states in a Web Worker as in Node', async ({ app }) => {
  const there = result(await trainInWorker(app.page, reverse()))
  const here = await trainInNode(reverse())
  expect(there.losses).toHaveLength(20)
  expect(there).toEqual(here)
  expect(app.errors).toEqual([])
})

test('another seed gives other bytes', async ({ app }) => {
  const there = result(await trainInWorker(app.page, reverse({ seed: 2 })))
  expect(there.stateHash).not.toBe((await trainInNode(reverse())).stateHash)
})

test('a lab that cannot be compiled is told as a problem, which names the block', async ({ app }) => {
  const lab = reverse()
  const broken = { ...lab, graph: { ...lab.graph, wires: [] } }
  const [only, ...rest] = await trainInWorker(app.page, broken)
  expect(rest).toEqual([])
  expect(only).toMatchObject({ kind: 'problem', problem: { node: expect.any(String) as string } })
})

test('the page loads none of it by itself', async ({ app }) => {
  const loaded = await app.page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
  expect(loaded.filter((name) => /training|worker|\.wasm/.test(name))).toEqual([])
})
