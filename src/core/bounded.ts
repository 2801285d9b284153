/** Bounds on untrusted plain data, checked before a schema runs, because a schema visits all of it. */
import { z } from 'zod'

export interface Bounds {
  /** Numbers, strings, arrays and objects, at any depth; keys are not counted. */
  readonly values: number
  /** Total over all strings and keys. */
  readonly characters: number
  /** Nesting depth of arrays and objects. */
  readonly levels: number
}

/** The first bound that is exceeded; null if none is. Visits no more values than allowed. */
export function exceeded(value: unknown, bounds: Bounds): keyof Bounds | null {
  const left = { ...bounds }
  let level: unknown[] = [value]
  for (let deep = 0; level.length > 0; deep++) {
    if (deep > bounds.levels) return 'levels'
    const inner: unknown[] = []
    for (const each of level) {
      if (--left.values < 0) return 'values'
      if (typeof each === 'string') left.characters -= each.length
      else if (typeof each === 'object' && each !== null) {
        for (const key in each) {
          left.characters -= Array.isArray(each) ? 0 : key.length
          inner.push((each as Record<string, unknown>)[key])
          if (inner.length > left.values) return 'values'
        }
      }
      if (left.characters < 0) return 'characters'
    }
    level = inner
  }
  return null
}

/**
 * Like {@link exceeded} for unparsed JSON, estimated from brackets and commas: empty and single-element arrays and objects add values
 * without a comma.
 */
export function exceededIn(json: string, bounds: Pick<Bounds, 'values' | 'levels'>): 'values' | 'levels' | null {
  let [levels, values] = [0, 1]
  for (let at = 0; at < json.length; at++) {
    const sign = json[at]
    if (sign === '"') at = endOfString(json, at)
    else if (sign === '[' || sign === '{') levels++
    else if (sign === ']' || sign === '}') levels--
    else if (sign === ',') values++
    if (levels > bounds.levels + 1) return 'levels'
    if (values > bounds.values) return 'values'
  }
  return null
}

/** Index of the quote that ends the string which begins at `start`; the length of the text if none does. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let escapes = 0
    while (json[end - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return end
  }
  return json.length
}

/** The same schema, which rejects data beyond the bounds before visiting it. */
export const bounded = <S extends z.ZodType>(schema: S, bounds: Bounds) =>
  z.preprocess((value: z.input<S>, context) => {
    const bound = exceeded(value, bounds)
    if (bound) context.addIssue({ code: 'custom', message: `at most ${bounds[bound]} ${bound}` })
    return bound ? z.NEVER : value
  }, schema)
