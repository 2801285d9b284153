/** A block's or task's parameters as form fields, read off its schema, so that forms are never written by hand. */
import { z } from 'zod'

/** Settings by name, with the values by which another setting comes into play. */
export type Condition = Readonly<Record<string, readonly unknown[]>>

/** Parameters that matter only while others have certain values: forms hide them otherwise. */
export const applies = z.registry<Condition>()

/** Parameters that are left as they are at first: forms show them only when asked, or once they differ from their default. */
export const advanced = z.registry<object>()

export type Field = { readonly name: string; readonly applies?: Condition; readonly advanced?: true } & (
  | { readonly type: 'integer' | 'number'; readonly min: number; readonly max: number; readonly default: number }
  | { readonly type: 'boolean'; readonly default: boolean }
  | { readonly type: 'choice'; readonly choices: readonly string[]; readonly default: string }
  | { readonly type: 'text'; readonly default: string }
)

/** Throws if a parameter has no default or a type that no form knows: a mistake in the block itself. */
export function fieldsOf(params: z.ZodObject): Field[] {
  return Object.entries(params.shape).map(([name, schema]): Field => {
    if (!(schema instanceof z.ZodDefault)) throw new Error(`parameter ${name} has no default`)
    const inner: unknown = schema.unwrap()
    const initial: unknown = schema.parse(undefined)
    const condition = applies.get(schema)
    const known = { name, ...(condition && { applies: condition }), ...(advanced.has(schema) && { advanced: true as const }) }
    if (inner instanceof z.ZodNumber) {
      const type = inner.format?.includes('int') ? 'integer' : 'number'
      return { ...known, type, min: inner.minValue ?? -Infinity, max: inner.maxValue ?? Infinity, default: Number(initial) }
    }
    if (inner instanceof z.ZodBoolean) return { ...known, type: 'boolean', default: Boolean(initial) }
    if (inner instanceof z.ZodEnum)
      return { ...known, type: 'choice', choices: inner.options.map(String), default: String(initial) }
    if (inner instanceof z.ZodString) return { ...known, type: 'text', default: String(initial) }
    throw new Error(`parameter ${name} has a type no form knows`)
  })
}

/** The fields that come into play with these values; a value that is missing counts as its default. */
export function applicable(fields: readonly Field[], values: Readonly<Record<string, unknown>>): Field[] {
  const valueOf = (name: string) => values[name] ?? fields.find((field) => field.name === name)?.default
  return fields.filter(({ applies: condition = {} }) =>
    Object.entries(condition).every(([name, wanted]) => wanted.includes(valueOf(name))),
  )
}

/** The names of a table's entries, as the choices of a parameter. */
export const namesOf = <T extends object>(table: T): (keyof T & string)[] => Object.keys(table) as (keyof T & string)[]
