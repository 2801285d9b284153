/** Seeds of a class: each pupil trains the same lab with a different one. */
import type { LabDocument } from '../lab/document'

/** The lab with the seed of a pupil. `number` counts the pupils from 1: no two get the same seed, and none gets that of the lab itself. */
export const withOwnSeed = (lab: LabDocument, number: number): LabDocument => ({
  ...lab,
  training: { ...lab.training, seed: (lab.training.seed + number) % 2 ** 32 },
})
