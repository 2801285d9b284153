/** What the flow of gradients shows of questions 4 and 14 agrees with what their experiments claim. */
import { engines } from '@core/contract/engine'
import { lookRequest } from '@core/contract/look'
import { initialisers } from '@core/experiments/initialisers'
import { projections } from '@core/experiments/projections'
import type { LabDocument } from '@core/lab/document'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../../main/engine/choose'
import type { Executor } from '../executor'
import { createTraining, type Training } from '../training'
import { look } from './look'

const labOf = ({ variations }: typeof initialisers, id: string): LabDocument => {
  const found = variations.find((variation) => variation.id === id)
  if (!found) throw new Error(`no variation ${id}`)
  return found.lab
}

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })
  const made: Training[] = []
  afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))

  function trained(document: LabDocument): Training {
    const training = createTraining(executor, document, null)
    made.push(training)
    return training
  }
  /** Norms by name, of all blocks and their outputs; of names that have none, nothing. */
  async function flowOf(document: LabDocument): Promise<ReadonlyMap<string, number>> {
    const { nodes, edges } = document.graph
    const names = new Set([...nodes.map(({ id }) => id), ...edges.map(({ from }) => `${from.node}/${from.port}`)])
    const values = [...names].map((name) => ({ name: `gradientNorm/${name}` }))
    const { values: found } = await look(trained(document), lookRequest.parse({ inputs: [{ sample: 0 }], values }))
    return new Map(Object.entries(found).map(([name, { data }]) => [name.slice('gradientNorm/'.length), data[0]!]))
  }

  describe('question 14, initialisation', () => {
    const blocksOf = (flow: ReadonlyMap<string, number>) => [...flow].filter(([name]) => !name.includes('/'))

    test('from zeros, no gradient passes the classifier, whose weights are zero: nothing before it can learn', async () => {
      const flow = await flowOf(labOf(initialisers, 'zeros'))
      expect(flow.get('classifier')).toBeGreaterThan(0)
      for (const [name, norm] of flow) if (name !== 'classifier') expect([name, norm]).toEqual([name, 0])
    })

    test('from Xavier, the weights of all blocks have gradients within three powers of ten', async () => {
      const norms = blocksOf(await flowOf(labOf(initialisers, 'xavier'))).map(([, norm]) => norm)
      expect(norms.length).toBeGreaterThan(6)
      expect(Math.min(...norms)).toBeGreaterThan(0)
      expect(Math.max(...norms) / Math.min(...norms)).toBeLessThan(1000)
    })

    test('from a narrow normal distribution they vanish: those of every attention block are far smaller than from Xavier', async () => {
      const [narrow, xavier] = [await flowOf(labOf(initialisers, 'normal')), await flowOf(labOf(initialisers, 'xavier'))]
      const attention = [...xavier.keys()].filter((name) => name.startsWith('attention') && !name.includes('/'))
      expect(attention).toHaveLength(2)
      for (const name of attention) expect(narrow.get(name)! / xavier.get(name)!).toBeLessThan(0.1)
    })
  })

  test('question 4, projections: learned ones have gradients, frozen ones none, while gradients still pass through the block', async () => {
    const names = ['query', 'key', 'value', 'output'].map((name) => `gradient/attention-1/${name}`)
    const request = lookRequest.parse({ inputs: [{ sample: 0 }], values: names.map((name) => ({ name })) })
    const [learned, frozen] = ['learned', 'random-all'].map((id) => labOf(projections, id))
    const found = await look(trained(learned!), request)
    for (const name of names) expect(Math.hypot(...found.values[name]!.data)).toBeGreaterThan(0)
    expect((await look(trained(frozen!), request)).missing).toEqual(names.slice(0, 3))

    const [all, some] = [await flowOf(learned!), await flowOf(frozen!)]
    // The same weights and batch: gradients of the other blocks and of all outputs are the same, that of the block has fewer parts.
    expect(some.get('attention-1')).toBeLessThan(all.get('attention-1')!)
    for (const [name, norm] of some) if (!/^attention-\d$/.test(name)) expect(norm / all.get(name)!).toBeCloseTo(1, 4)
  })
})
