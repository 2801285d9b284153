/** All scores of attention patterns, circuits and eigenvalues agree with NumPy and SciPy. */
import { describe, expect, it } from 'vitest'
import { outputValueCircuit, queryKeyCircuit } from './circuits'
import { copying } from './copying'
import { eigenvalues } from './eigenvalues'
import fixture from './fixtures/scores.json'
import { matrix, type Matrix } from './matrix'
import { RowMeans, type Attention } from './rows'
import { headScoreNames, headScores, type HeadScoreName } from './scores'

const tolerance = 1e-5

const patternScores = headScoreNames.filter((name) => 'row' in headScores[name])
function meansOf(name: HeadScoreName, attention: Attention): (number | null)[] {
  const score = headScores[name]
  if (!('row' in score)) throw new Error(`${name} is not of a pattern`)
  const means = new RowMeans({ [name]: score.row })
  means.add(attention)
  return means.means(name)
}

describe(`recorded with ${fixture.madeBy}`, () => {
  it('has every score of a pattern', () => {
    expect(Object.keys(fixture.patterns[0]!.scores[0]!).sort()).toEqual([...patternScores].sort())
  })

  it.each(fixture.patterns.map((each) => [each.name, each] as const))('attention: %s', (_, { scores, ...given }) => {
    for (const name of patternScores) {
      const found = meansOf(name, given as unknown as Attention)
      expect(found).toHaveLength(scores.length)
      found.forEach((value, head) => {
        const expected = scores[head]![name as keyof (typeof scores)[number]]
        if (expected === null) expect(value, name).toBeNull()
        else expect(Math.abs(value! - expected), `${name} of head ${head}`).toBeLessThan(tolerance)
      })
    }
  })

  it.each(fixture.circuits.map((each) => [each.name, each] as const))('circuits: %s', (_, given) => {
    const [embedding, query, key, value, output, unembedding] = (
      ['embedding', 'query', 'key', 'value', 'output', 'unembedding'] as const
    ).map((name): Matrix => {
      const { shape, data } = given.matrices[name]
      return matrix(shape[0]!, shape[1]!, data)
    }) as [Matrix, Matrix, Matrix, Matrix, Matrix, Matrix]
    const close = (found: Matrix, expected: readonly number[]) => {
      expect(found.data).toHaveLength(expected.length)
      const most = expected.reduce((largest, each) => Math.max(largest, Math.abs(each)), 0)
      found.data.forEach((each, i) => expect(Math.abs(each - expected[i]!) / most).toBeLessThan(1e-12))
    }
    close(queryKeyCircuit({ queryEmbedding: embedding, query, keyEmbedding: embedding, key }), given.queryKey)
    close(outputValueCircuit({ embedding, value, output, unembedding }), given.outputValue)
    expect(Math.abs(copying(embedding, value, output, unembedding)! - given.copying)).toBeLessThan(tolerance)
  })

  it.each(fixture.spectra.map((each) => [each.name, each] as const))('eigenvalues: %s', (_, { size, data, ...given }) => {
    const found = eigenvalues(matrix(size, size, data))!
    expect(found).toHaveLength(size)
    const rest = [...found]
    const largest = Math.max(1, ...given.eigenvalues.map(([re, im]) => Math.hypot(re!, im!)))
    for (const [re, im] of given.eigenvalues as [number, number][]) {
      const away = rest.map((each) => Math.hypot(each.re - re, each.im - im))
      const nearest = away.indexOf(Math.min(...away))
      expect(away[nearest]! / largest).toBeLessThan(1e-9)
      rest.splice(nearest, 1)
    }
  })
})
