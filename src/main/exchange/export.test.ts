/** `export`: its frame, by the format that is simplest. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isAdapter } from '@core/blocks/adapters'
import { exportTargets } from '@core/contract/exchange'
import { LabError } from '@core/errors'
import { mergeAdapters } from '@core/graph/adapters'
import { readSafeTensors } from '@engine/safetensors'
import { createTraining, exportWeights } from '@engine/training'
import { readCheckpoint } from '../engine/disk-storage'
import { createInstalledTfjs } from '../engine/tfjs'
import { createLabs } from '../service/labs'
import { needsWitness } from '../testing/witness'
import { planExport, writeExport } from './export'
import { exporters } from './exporters'
import { findPython } from './python'
import { peftFiles } from './peft'
import { openSource, type ExportSource } from './source'
import { commands, root } from './testing/commands'

const { run, path } = commands()
const saved = join(root, 'src/main/service/fixtures/version-0.1.0/kept/pairs')
const builtInLabs = join(root, 'resources/labs')
const never = new AbortController().signal

describe('the source', () => {
  it('of a lab has the weights that its training would begin with, and no optimiser', async () => {
    const { said } = await run(['export', 'reverse', '--to', 'safetensors', '--out', path('fresh')])
    expect(said[0]).toMatch(/^This model has not been trained/)
    const { tensors, metadata } = readSafeTensors(await readFile(join(path('fresh'), 'model.safetensors')))
    expect(metadata['step']).toBe('0')
    const training = createTraining(await createInstalledTfjs(), await createLabs(builtInLabs).read('reverse'), null)
    expect(tensors).toEqual(exportWeights(training))
    training.model.dispose()
  })
  it('of a saved run has its last weights, its optimiser and its curves', async () => {
    const source = await openSource({ kind: 'run', directory: saved, data: null, at: 'newest' }, never)
    const { states, step } = await readCheckpoint(saved)
    expect(source).toMatchObject({ trained: true, step, task: null, name: 'pairs' })
    expect([...source.weights]).toEqual([...source.weights.keys()].map((name) => [name, states.get(name)]))
    expect([...source.weights.keys(), ...source.optimiser.keys()].toSorted()).toEqual([...states.keys()].toSorted())
    expect(source.optimiser.size).toBeGreaterThan(0)
    expect(source.series.get('loss')!.last).toBeGreaterThan(0)
    expect(source.spec.signature.source).not.toBeNull()
  })
  it('refuses a step that it never reached, and best weights where none are kept', async () => {
    const at = (...args: string[]) => run(['export', saved, '--to', 'safetensors', '--out', path('no'), ...args])
    expect((await at('--step', '999999')).said[0]).toMatch(/999999/)
    expect((await at('--best')).said[0]).toContain('best')
    expect((await run(['export', 'reverse', '--best', '--to', 'safetensors'])).code).toBe(1)
  })
})

describe('the folder', () => {
  it('must be new or empty, and is left as it was otherwise', async () => {
    await mkdir(path('full'))
    await writeFile(path('full/note.txt'), 'mine')
    const { code, said } = await run(['export', 'reverse', '--to', 'safetensors', '--out', path('full')])
    expect(code).toBe(1)
    expect(said.at(-1)).toContain('note.txt')
    expect(await readdir(path('full'))).toEqual(['note.txt'])
  })
  it('has nothing of an export that failed or was cancelled, not even a part', async () => {
    const source = await openSource({ kind: 'run', directory: saved, data: null, at: 'newest' }, never)
    const folder = path('broken')
    await mkdir(folder)
    const abort = new AbortController()
    const writing = {
      options: { dtype: 'F32', attention: false },
      progress: () => abort.abort(),
      signal: abort.signal,
    } as const
    await expect(writeExport(source, 'safetensors', folder, writing)).rejects.toThrow(new LabError('cancelled'))
    expect(await readdir(folder)).toEqual([])
  })
  it('has one folder for each of several models', async () => {
    const { code, json } = await run([
      'export',
      'reverse',
      'sort',
      'reverse',
      '--to',
      'safetensors',
      '--out',
      path('all'),
      '--json',
    ])
    expect(code).toBe(0)
    expect(await readdir(path('all'))).toEqual(['reverse', 'reverse-2', 'sort'])
    const done = json.filter((line) => (line as { type: string }).type === 'done')
    expect(done).toHaveLength(3)
    expect(done[0]).toEqual({
      type: 'done',
      path: join(path('all'), 'reverse'),
      files: ['model.safetensors'],
      certificate: null,
    })
  })
})

describe('the plan', () => {
  it('is all that --plan shows', async () => {
    const { code, json } = await run([
      'export',
      saved,
      '--to',
      'safetensors',
      '--dtype',
      'bf16',
      '--plan',
      '--json',
      '--out',
      path('p'),
    ])
    expect(code).toBe(0)
    const [{ weights }] = [await openSource({ kind: 'run', directory: saved, data: null, at: 'newest' }, never)]
    const bytes = 2 * [...weights.values()].reduce((sum, { data }) => sum + data.length, 0)
    expect(json).toEqual([
      {
        ...{
          type: 'plan',
          to: 'safetensors',
          name: 'pairs',
          step: 300,
          files: [{ path: 'model.safetensors', bytes }],
          refused: [],
        },
        missing: [expect.objectContaining({ code: 'export.rounded', message: expect.stringContaining('BF16') as string })],
      },
    ])
    await expect(readdir(path('p'))).rejects.toThrow('ENOENT')
  })
  it('says which weights are too large for F16', async () => {
    const source = await openSource({ kind: 'run', directory: saved, data: null, at: 'newest' }, never)
    const [name, tensor] = [...source.weights][0]!
    const weights = new Map(source.weights).set(name, { ...tensor, data: tensor.data.map((_, i) => (i < 3 ? 7e4 : 1)) })
    const plan = await exporters.safetensors.plan({ ...source, weights }, { dtype: 'F16', attention: false })
    expect(plan.missing[1]).toEqual({
      code: 'export.overflow',
      params: { weight: name, count: 3, dtype: 'F16' },
      node: name.split('/')[0],
    })
  })
  it('is told in Chinese, too', async () => {
    const { lines } = await run(['export', saved, '--to', 'safetensors', '--plan'], 'zh')
    expect(lines[0]).toBe('pairs，第 300 步之后，导出为 safetensors：')
  })
})

describe('usage', () => {
  it.each([
    [['export', '--to', 'onnx'], 'needs a lab'],
    [['export', 'reverse'], '--to'],
    [['export', 'reverse', '--to', 'word'], 'pytorch'],
    [['export', 'reverse', '--to', 'safetensors', '--dtype', 'F8'], 'BF16'],
    [['export', 'reverse', '--to', 'safetensors', '--best', '--step', '3'], '--best'],
  ])('%j is an error', async (args, part) => {
    const { code, said } = await run(args)
    expect(code).toBe(2)
    expect(said[0]!.split('\n')[0]).toContain(part)
  })
})

describe('verifying', () => {
  it('says which Python cannot be started, and which module is missing, before anything is written', async (context) => {
    await expect(findPython(root, { ATTENTION_LAB_PYTHON: path('none') })).rejects.toThrow(
      new LabError('export.no-python', { path: path('none') }),
    )
    needsWitness(context)
    const python = await findPython(root)
    const missing = new LabError('export.module-missing', { python: python.path, module: 'no_such_module' })
    await expect(python.require(['json', 'no_such_module'])).rejects.toThrow(missing)
    await expect(python.run('raise ValueError("so")', [])).rejects.toMatchObject({
      code: 'export.python-failed',
      params: { detail: 'ValueError: so' },
    })
  }, 120_000)
  it('keeps a certificate beside what was written', async (context) => {
    needsWitness(context)
    for (const dtype of ['F16', 'BF16']) {
      const { code, lines } = await run([
        'export',
        saved,
        '--to',
        'safetensors',
        '--dtype',
        dtype,
        '--verify',
        '--out',
        path(dtype),
      ])
      expect(code).toBe(0)
      expect(lines.at(-1)).toMatch(/^Verified with python \d.*torch/)
      const certificate = JSON.parse(await readFile(join(path(dtype), 'certificate.json'), 'utf8')) as unknown
      expect(certificate).toMatchObject({
        to: 'safetensors',
        passed: true,
        differences: [{ name: 'weights', value: 0, limit: 0 }],
      })
    }
  }, 120_000)
  it('fails a file whose weights were changed afterwards', async (context) => {
    needsWitness(context)
    const source = await openSource({ kind: 'run', directory: saved, data: null, at: 'newest' }, never)
    await mkdir(path('changed'))
    const writing = { options: { dtype: 'F32', attention: false }, progress: () => undefined, signal: never } as const
    await writeExport(source, 'safetensors', path('changed'), writing)
    const file = join(path('changed'), 'model.safetensors')
    const bytes = await readFile(file)
    bytes.writeFloatLE(bytes.readFloatLE(bytes.length - 4) + 0.5, bytes.length - 4)
    await writeFile(file, bytes)
    const { differences } = await exporters.safetensors.verify!(source, path('changed'), await findPython(root), writing)
    expect(differences[0]!.value).toBeCloseTo(0.5, 5)
  }, 120_000)
})

describe('adapters', () => {
  /** A lab with LoRA whose adapters are not 0. */
  async function adapted(): Promise<ExportSource> {
    const lab = await createLabs(builtInLabs).read('single-head')
    const nodes = lab.graph.nodes.map((node) =>
      node.kind === 'self-attention' ? { ...node, params: { ...node.params, rank: 2, alpha: 3 } } : node,
    )
    const ref = { kind: 'lab', name: 'lora', lab: { ...lab, graph: { ...lab.graph, nodes } }, data: null } as const
    const source = await openSource(ref, never)
    const weights = [...source.weights].map(
      ([name, { shape, data }]) =>
        [name, { shape, data: isAdapter(name) ? Float32Array.from(data, (_, i) => ((i * 7) % 5) / 10 - 0.2) : data }] as const,
    )
    return { ...source, weights: new Map(weights) }
  }
  const writing = (adapters: 'merged' | 'apart') =>
    ({ options: { dtype: 'F32', attention: false, adapters }, progress: () => undefined, signal: never }) as const

  it('are merged, which the plan says, or kept apart with the files of PEFT', async () => {
    const source = await adapted()
    await mkdir(path('merged'))
    const { missing, files } = await writeExport(source, 'safetensors', path('merged'), writing('merged'))
    expect(missing).toEqual([{ code: 'export.adapters-merged', params: { count: 2 } }])
    expect(files).toHaveLength(1)
    const read = async (folder: string) => readSafeTensors(await readFile(join(path(folder), 'model.safetensors')))
    const { tensors, metadata } = await read('merged')
    const merged = mergeAdapters(source.weights, source.lab.graph)
    expect(tensors).toEqual(merged.tensors)
    expect(metadata['lab']).not.toContain('"rank":2')

    await mkdir(path('apart'))
    expect((await writeExport(source, 'safetensors', path('apart'), writing('apart'))).missing).toEqual([])
    expect(await readdir(path('apart'))).toEqual([...peftFiles, 'model.safetensors'])
    expect((await read('apart')).tensors).toEqual(source.weights)
  })

  it('are merged for every format but that of curves', async () => {
    const source = await adapted()
    for (const to of exportTargets) {
      const { missing, refused } = await planExport(source, to, writing('apart').options)
      const notes = missing.filter(({ code }) => code === 'export.adapters-merged')
      expect([to, refused, notes.length]).toEqual([to, [], ['safetensors', 'tensorboard'].includes(to) ? 0 : 1])
    }
  })
})
