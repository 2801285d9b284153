/** What a page gets of an export. */
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Call } from '@core/contract/table'
import { owner } from '@core/contract/client'
import type { ExportTarget } from '@core/contract/exchange'
import type { Progress } from '@core/contract/progress'
import { readSafeTensors } from '@engine/safetensors'
import { readArchive } from '../classroom/archive'
import { createLabs } from '../service/labs'
import { needsWitness } from '../testing/witness'
import { exchangeJobs } from './exchange'

const root = resolve(import.meta.dirname, '../../..')
const jobs = exchangeJobs(root)
const lab = await createLabs(join(root, 'resources/labs')).read('single-head')
const source = { kind: 'lab', name: 'model', lab, data: null } as const
const options = { dtype: 'F32', attention: false } as const

function call(signal = new AbortController().signal): Call<Progress> & { readonly parts: Progress[] } {
  const parts: Progress[] = []
  return {
    ...{ client: owner, signal, parts, clear: () => true, taken: () => Promise.resolve() },
    part: (part) => void parts.push(part),
  }
}
const exported = (to: ExportTarget, verify = false, as = call()) =>
  Promise.resolve(jobs.exportModel({ source, to, options, verify }, as))
const left = async (): Promise<string[]> => (await readdir(tmpdir())).filter((name) => name.startsWith('attention-lab-export-'))

describe('exportModel', () => {
  it('gives a single file as it is, with progress', async () => {
    const as = call()
    const { bytes, extension, certificate } = await exported('safetensors', false, as)
    expect([extension, certificate]).toEqual(['safetensors', null])
    expect(readSafeTensors(bytes).tensors.size).toBeGreaterThan(3)
    expect(as.parts.at(-1)).toEqual({ done: 1, of: 1 })
  })
  it('puts what is found by its name into an archive', async () => {
    const { bytes, extension } = await exported('tensorboard')
    expect(extension).toBe('zip')
    expect([...readArchive(bytes).keys()]).toEqual(['events.out.tfevents.1.attention-lab'])
  })
  it('puts the certificate beside what it certifies', async (context) => {
    needsWitness(context)
    const { bytes, certificate } = await exported('onnx', true)
    expect(certificate?.passed).toBe(true)
    const files = readArchive(bytes)
    expect([...files.keys()]).toEqual(['certificate.json', 'model.onnx'])
    expect(JSON.parse(new TextDecoder().decode(files.get('certificate.json')))).toEqual(certificate)
  }, 60_000)
  it('leaves no temporary files when it is cancelled', async () => {
    const before = await left()
    await expect(exported('onnx', false, call(AbortSignal.abort()))).rejects.toMatchObject({ code: 'cancelled' })
    expect(await left()).toEqual(before)
  })
})

it('planExport says what will be written', async () => {
  const plan = await jobs.planExport({ source, to: 'onnx', options }, call())
  expect(plan).toMatchObject({ to: 'onnx', files: [{ path: 'model.onnx' }], refused: [], verifiable: true })
})
