/** A block's or task's parameters as form fields, derived from its schema, so that forms need not be written by hand. */
import { z } from 'zod'

/** Values of other settings for which a setting applies, by name. */
export type Condition = Readonly<Record<string, readonly unknown[]>>

/** Parameters that apply only for certain values of other settings; forms hide them otherwise. */
export const applies = z.registry<Condition>()

/** Parameters that forms hide by default, unless they differ from their default value. */
export const advanced = z.registry<object>()

/** Parameters that are drawn in a view of their own; forms do not show them. */
export const drawn = z.registry<object>()

export type Field = { readonly name: string; readonly applies?: Condition; readonly advanced?: true } & (
  | { readonly type: 'integer' | 'number'; readonly min: number; readonly max: number; readonly default: number }
  | { readonly type: 'boolean'; readonly default: boolean }
  | { readonly type: 'choice'; readonly choices: readonly string[]; readonly default: string }
  | { readonly type: 'text'; readonly default: string }
)

/** Throws if a parameter has no default or a type without a form field, which is a bug in the block. */
export function fieldsOf(params: z.ZodObject): Field[] {
  const shape: Readonly<Record<string, z.ZodType>> = params.shape
  return Object.entries(shape).flatMap(([name, schema]) => (drawn.has(schema) ? [] : [fieldOf(name, schema)]))
}

function fieldOf(name: string, schema: z.ZodType): Field {
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
}

/** The fields that apply for these values; missing values count as the default. */
export function applicable(fields: readonly Field[], values: Readonly<Record<string, unknown>>): Field[] {
  const valueOf = (name: string) => values[name] ?? fields.find((field) => field.name === name)?.default
  return fields.filter(({ applies: condition = {} }) =>
    Object.entries(condition).every(([name, wanted]) => wanted.includes(valueOf(name))),
  )
}

/** The keys of a table, as choices of a parameter. */
export const namesOf = <T extends object>(table: T): (keyof T & string)[] => Object.keys(table) as (keyof T & string)[]
