/** Measured values in JSON files, which have neither infinity, as for steps to an accuracy that is never reached, nor NaN. */
import { z } from 'zod'
import { measureName } from './measures'

const number = z.union([z.number(), z.enum(['Infinity', '-Infinity', 'NaN']).transform(Number)])
export const experimentValues = z.partialRecord(measureName, z.union([number, z.array(number)]))

/** A replacer for `JSON.stringify`. */
export const withInfinity = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
