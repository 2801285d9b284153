/** Codes that people type: without letters and digits that look alike. */
import { randomInt } from 'node:crypto'

const signs = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'

/** From the system's secure random numbers. */
export const newCode = (length: number): string => Array.from({ length }, () => signs[randomInt(signs.length)]).join('')

/** As typed: without spaces and hyphens, in capitals. */
export const cleaned = (typed: string): string => typed.toUpperCase().replaceAll(/[\s-]/g, '')
