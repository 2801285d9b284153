/** ONNX files of labs that use every block, by ONNX Runtime and by the reference evaluator, against our own engine. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blocks } from '@core/blocks'
import { masks } from '@core/blocks/attention/masks'
import { normalisers } from '@core/blocks/attention/normalisers'
import { positions } from '@core/blocks/attention/positions'
import { composeLab } from '@core/models/compose'
import { embed, layers } from '@core/models/parts'
import { openForeign } from '../engine/onnxruntime/foreign'
import { needsWitness, runWitness } from '../testing/witness'
import { freeModelOf, onnx, otherSizes } from './onnx'
import { casesOf, evaluation, tolerance, worstOf, writeCase } from './onnx-verify'
import { openSource, type ExportSource } from './source'
import { commands, root } from './testing/commands'
import { kindsOf, labsForExport, sourcesForExport } from './testing/labs'

const { path, run } = commands()
const sources = await sourcesForExport()
const never = new AbortController().signal
const options = { dtype: 'F32', attention: true } as const
const missingOf = async (source: ExportSource) => (await onnx.plan(source, options)).missing

it('the labs use every block', async () => {
  const used = new Set([...(await labsForExport()).values()].flatMap((lab) => [...kindsOf(lab).values()]))
  expect(blocks.map(({ kind }) => kind).filter((kind) => !used.has(kind))).toEqual([])
  expect(sources.length).toBeGreaterThanOrEqual(12)
})

describe('at two batch sizes and two lengths', () => {
  const kept = new Map<string, { file: string; cases: string[] }>()

  it.each(sources.map((source) => [source.name, source] as const))('%s is the same in ONNX Runtime', async (name, source) => {
    await mkdir(path(name))
    await onnx.write(source, path(name), { options, progress: () => undefined, signal: never })
    const file = join(path(name), 'model.onnx')
    const other = otherSizes(source, freeModelOf(source, true))
    const cases = await casesOf(source, true, other)
    expect(cases).toHaveLength(other ? 4 : 2)
    const model = await openForeign(file)
    const worst = await worstOf(model, cases)
    await model.release()
    expect([...worst.keys()]).toEqual(model.outputs.filter((output) => output !== 'predictions'))
    for (const value of worst.values()) expect(value).toBeLessThanOrEqual(tolerance)
    kept.set(name, {
      file,
      cases: await Promise.all(cases.map((each, index) => writeCase(each, join(path(name), `${index}.safetensors`)))),
    })
  })

  it('all are the same in the reference evaluator, after the checker', async (context) => {
    needsWitness(context)
    const all = `${evaluation.split("if __name__ == '__main__'")[0]!}
found = {each['file']: differences(each['file'], each['cases']) for each in json.load(open(sys.argv[1]))}
print(json.dumps(found))`
    const list = join(path('from-scratch'), 'list.json')
    await writeFile(list, JSON.stringify([...kept.values()]))
    const found = JSON.parse(await runWitness(['-c', all, list])) as Record<string, Record<string, number>>
    expect(Object.keys(found)).toHaveLength(sources.length)
    const worst = Object.values(found).flatMap((outputs) => Object.values(outputs))
    expect(worst.length).toBeGreaterThan(3 * sources.length)
    expect(Math.max(...worst)).toBeLessThanOrEqual(tolerance)
  }, 120_000)
})

describe('attention with every mask, position and normaliser', () => {
  const turn = <T>(all: readonly T[], at: number): T => all[at % all.length]!
  it.each(Object.keys(masks).map((mask, at) => [mask, turn(positions, at), turn(Object.keys(normalisers), at)] as const))(
    '%s, %s, %s',
    async (mask, position, normaliser) => {
      const lab = composeLab({ task: { kind: 'sort', params: {} } }, (c) => {
        const x = embed(c, { width: 8, position: null })
        const attention = { mask, window: 2, positions: position, normaliser, heads: 2 }
        c.place('classifier', 'classifier', {}, { x: layers(c, x, { attention, feedForward: null }) })
      })
      const source = await openSource({ kind: 'lab', name: mask, lab, data: null }, never)
      await mkdir(path(mask))
      await onnx.write(source, path(mask), { options, progress: () => undefined, signal: never })
      const model = await openForeign(join(path(mask), 'model.onnx'))
      const worst = await worstOf(model, await casesOf(source, true, otherSizes(source, freeModelOf(source, true))))
      await model.release()
      for (const value of worst.values()) expect(value).toBeLessThanOrEqual(tolerance)
    },
  )
})

describe('the plan', () => {
  const named = (name: string): ExportSource => sources.find((source) => source.name === name)!

  it('says how long sequences may be: as learned positions allow, or tables reach, or any', async () => {
    const { spec } = named('tiny-gpt')
    expect(await missingOf(named('tiny-gpt'))).toEqual([{ code: 'export.longest', params: { length: spec.signature.length } }])
    expect(await missingOf(named('rotary'))).toEqual([{ code: 'export.longest', params: { length: 1024 } }])
    expect((await missingOf(named('dates'))).map(({ code }) => code)).toEqual(['export.longest', 'export.longest-source'])
  })
  it('names the block that fixes the length', async () => {
    expect(await missingOf(named('recall-recurrent'))).toEqual([
      { code: 'export.fixed-length', params: { length: '12' }, node: 'recurrent' },
    ])
    expect(await missingOf(named('recurrent'))).toMatchObject([{ code: 'export.fixed-length', node: 'lstm' }])
  })
  it('refuses nothing, and knows the size of the file', async () => {
    const { files, refused } = await onnx.plan(named('tiny-gpt'), options)
    expect(refused).toEqual([])
    const { length } = await readFile(join(path('tiny-gpt'), 'model.onnx'))
    expect(files[0]!.bytes! / length).toBeGreaterThan(0.9)
    expect(files[0]!.bytes! / length).toBeLessThan(1)
  })
})

it('has attention maps only where they are wanted, and texts to use it', async () => {
  const source = sources.find(({ name }) => name === 'dates')!
  await mkdir(path('plain'))
  const plain = { options: { ...options, attention: false }, progress: () => undefined, signal: never }
  await onnx.write(source, path('plain'), plain)
  const model = await openForeign(join(path('plain'), 'model.onnx'))
  expect(model.outputs).toEqual(['logits', 'predictions'])
  await model.release()
  const text = (await readFile(join(path('plain'), 'model.onnx'))).toString()
  expect(text).toContain(JSON.stringify(source.spec.tokeniser))
  expect(text).not.toContain('com.microsoft')
})

it('--verify executes a trained model and says how far it agrees', async (context) => {
  needsWitness(context)
  const saved = join(root, 'src/main/service/fixtures/version-0.1.0/kept/characters')
  const { code, json } = await run(['export', saved, '--to', 'onnx', '--verify', '--json', '--out', path('verified')])
  expect(code).toBe(0)
  expect(json.at(-1)).toMatchObject({
    type: 'done',
    files: ['model.onnx'],
    certificate: {
      passed: true,
      differences: expect.arrayContaining([
        { name: 'logits (onnx.reference)', value: expect.any(Number) as number, limit: tolerance },
        { name: 'logits (ONNX Runtime)', value: expect.any(Number) as number, limit: tolerance },
      ]) as unknown,
    },
  })
  const source = await openSource({ kind: 'run', directory: saved, data: null, at: 'newest' }, never)
  expect(source.trained).toBe(true)
}, 60_000)
