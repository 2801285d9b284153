/** Norms, recurrent networks, layers and outputs agree with PyTorch's own modules, forward and backward. */
import { describe, expect, it } from 'vitest'
import { differences, freshCases, pytorch, type BlockCase } from '../testing/pytorch'
import fixture from './fixtures/blocks.json'

const kept = fixture.cases as unknown as readonly BlockCase[]
const script = new URL('./fixtures/blocks.py', import.meta.url).pathname

function agree(each: BlockCase): void {
  for (const [name, share] of Object.entries(differences(each))) expect(share, `${each.name}: ${name}`).toBeLessThan(1e-6)
}

describe(`recorded with ${fixture.madeBy}`, () => {
  it.each(kept.map((each) => [each.kind, each.name, each] as const))('%s: %s', (_kind, _name, each) => agree(each))
})

describe('computed now', () => {
  it.skipIf(pytorch === null)('by the installed PyTorch, with different numbers', { timeout: 60_000 }, () => {
    const fresh = freshCases(pytorch!, script, 11)
    expect(fresh).toHaveLength(kept.length)
    fresh.forEach(agree)
  })
})
