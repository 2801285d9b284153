import { expect, it } from 'vitest'
import { firstModel } from '../graph/testing'
import { labDocument } from '../lab/document'
import { sameButSeed } from '../lab/same'
import { withOwnSeed } from './own-seed'

it.each([1, 0, 0xffffffff, 0xffffff00])('gives 400 pupils 400 seeds, none of them the %i of the lab', (seed) => {
  const lab = { ...firstModel(), training: { ...firstModel().training, seed } }
  const given = Array.from({ length: 400 }, (_, index) => withOwnSeed(lab, index + 1))
  expect(new Set([seed, ...given.map(({ training }) => training.seed)]).size).toBe(401)
  expect(given.every((own) => sameButSeed(own, lab) && labDocument.safeParse(own).success)).toBe(true)
})
