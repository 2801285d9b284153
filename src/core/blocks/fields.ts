/** A block's or task's parameters as form fields, read off its schema, so that forms are never written by hand. */
import { z } from 'zod'

export type Field = { readonly name: string } & (
  | { readonly type: 'integer' | 'number'; readonly min: number; readonly max: number; readonly default: number }
  | { readonly type: 'boolean'; readonly default: boolean }
  | { readonly type: 'choice'; readonly choices: readonly string[]; readonly default: string }
)

/** Throws if a parameter has no default or a type that no form knows: a mistake in the block itself. */
export function fieldsOf(params: z.ZodObject): Field[] {
  return Object.entries(params.shape).map(([name, schema]): Field => {
    if (!(schema instanceof z.ZodDefault)) throw new Error(`parameter ${name} has no default`)
    const inner: unknown = schema.unwrap()
    const initial: unknown = schema.parse(undefined)
    if (inner instanceof z.ZodNumber) {
      const type = inner.format?.includes('int') ? 'integer' : 'number'
      return { name, type, min: inner.minValue ?? -Infinity, max: inner.maxValue ?? Infinity, default: Number(initial) }
    }
    if (inner instanceof z.ZodBoolean) return { name, type: 'boolean', default: Boolean(initial) }
    if (inner instanceof z.ZodEnum)
      return { name, type: 'choice', choices: inner.options.map(String), default: String(initial) }
    throw new Error(`parameter ${name} has a type no form knows`)
  })
}
