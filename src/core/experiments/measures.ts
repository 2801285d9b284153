/**
 * Names and number formats of all measures. They are described in `experiments.json` and taken in `src/main/experiments`. A measure gives
 * one number or a row of them (along layers, heads, tokens or steps).
 */

import { z } from 'zod'

/** `share` in percent, `count` as an integer, `shape` as sizes of axes, `tiny` as a power of ten. */
export type Format = 'number' | 'share' | 'count' | 'shape' | 'tiny'

export const measures = {
  // Validation, after training
  loss: 'number',
  accuracy: 'share',
  lossCurve: 'number',
  accuracyCurve: 'share',
  stepsTo90: 'count',
  balancedAccuracy: 'share',
  f1Macro: 'share',
  f1Micro: 'share',
  hammingLoss: 'share',
  thresholdCurve: 'share',
  freeAccuracy: 'share',
  exactMatch: 'share',
  absoluteError: 'number',
  exposureGap: 'share',
  // From the program
  parameters: 'count',
  attentionParameters: 'count',
  flops: 'count',
  inputShape: 'shape',
  queriesShape: 'shape',
  keysShape: 'shape',
  valuesShape: 'shape',
  scoresShape: 'shape',
  attentionShape: 'shape',
  outputShape: 'shape',
  concatShape: 'shape',
  // Attention before training
  scoreVariance: 'number',
  attentionEntropy: 'number',
  softmaxSlope: 'number',
  // Attention after training
  trainedEntropy: 'number',
  rowSumError: 'number',
  diagonalWeight: 'share',
  alignment: 'number',
  weightedSumError: 'tiny',
  mutedTermError: 'tiny',
  headCosts: 'share',
  headDiversity: 'number',
  largestHeadCost: 'share',
  // Activations and gradients before training
  activationScales: 'number',
  gradientNorm: 'number',
  queryGradient: 'number',
  firstTokenGradient: 'tiny',
  // Weights after training
  queriesMoved: 'number',
  // Normalisation
  modeGap: 'number',
  normError: 'tiny',
  unbiasedNormError: 'tiny',
} as const satisfies Readonly<Record<string, Format>>

export type MeasureName = keyof typeof measures
export const measureName = z.enum(Object.keys(measures) as [MeasureName, ...MeasureName[]])
