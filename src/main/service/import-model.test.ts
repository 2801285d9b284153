/** Importing a model adds it to the runs of the workspace, with its tokeniser as data; a folder that is refused leaves nothing. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readCheckpoint } from '../engine/disk-storage'
import { smallModel } from '../exchange/huggingface/testing/small-model'
import { importJob } from '../worker/importing'
import { createService, type Service } from './service'
import { clientOf, statuses } from './testing/clients'
import { fakeWorkers } from './testing/fake-workers'
import { writeSafeTensors } from '@engine/safetensors'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
const { config, tokeniser, tensors } = smallModel()
let home: string
let folder: string
let service: Service
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'import-'))
  folder = await mkdtemp(join(tmpdir(), 'import-model-'))
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokeniser))
  await writeFile(join(folder, 'model.safetensors'), writeSafeTensors({ tensors, metadata: {} }))
  service = await createService({ home, labs, spawn: fakeWorkers(importJob).spawn })
})
afterEach(async () => {
  await service.close()
  await rm(home, { recursive: true, force: true })
  await rm(folder, { recursive: true, force: true })
})

it('shows what will become of the tensors, and adds nothing', async () => {
  const { call } = clientOf(service)
  const { report, run } = await call['models.import']({ folder, keep: false })
  expect(run).toBeNull()
  expect(report).toMatchObject({ model: 'gpt2', bytes: 4 * report.parameters })
  expect(report.tensors.map(({ fate }) => fate).filter((fate) => fate === 'split')).toHaveLength(4)
  expect(await statuses(clientOf(service))).toEqual([])
})

it('keeps the model as a run at step 0, with the lab, the weights and the tokeniser', async () => {
  const client = clientOf(service)
  const { run } = await client.call['models.import']({ folder, keep: true })
  expect(run).toMatchObject({ state: 'stopped', step: 0, checkpoint: 0 })
  expect(await statuses(client)).toMatchObject([{ run: run!.run }])
  const { lab, data } = await client.call['runs.read']({ run: run!.run })
  const spec = await client.call['task.describe']({ task: lab.task, data })
  expect(spec.tokeniser.vocabulary).toEqual(['▁', 'a', 'b', 'ab', '▁ab', '<end>'])
  expect(spec.signature).toMatchObject({ causal: true, length: 16 })
  const { states } = await readCheckpoint(join(home, 'runs', run!.run))
  expect(states.get('embedding/table')!.data).toEqual(tensors.get('wte.weight')!.data)
  const query = states.get('layers.2.attention/query')!.data
  expect(query[9]).toBe(tensors.get('h.1.attn.c_attn.weight')!.data[24 + 1]) // row 1, column 1 of (8, 24)
  expect(states.get('layers.2.attention/value')!.data[0]).toBe(tensors.get('h.1.attn.c_attn.weight')!.data[16])

  await service.close() // and it is still there when the host starts again
  service = await createService({ home, labs, spawn: fakeWorkers(importJob).spawn })
  expect(await statuses(clientOf(service))).toMatchObject([{ run: run!.run, state: 'stopped', step: 0 }])
})

it('leaves nothing of a folder that is refused', async () => {
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, n_layer: 3 }))
  const client = clientOf(service)
  const refused = client.call['models.import']({ folder, keep: true })
  await expect(refused).rejects.toMatchObject({ code: 'import.missing-tensor' })
  expect(await statuses(client)).toEqual([])
  expect(await readdir(join(home, 'runs'))).toEqual([])
})
