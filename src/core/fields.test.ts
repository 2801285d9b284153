import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { applicable, applies, fieldsOf } from './fields'

const params = z.object({
  mask: z.enum(['none', 'window']).default('none'),
  window: z
    .number()
    .default(4)
    .register(applies, { mask: ['window'] }),
})

describe('fields', () => {
  it('apply depending on the settings they are registered with', () => {
    const names = (values: Record<string, unknown>) => applicable(fieldsOf(params), values).map(({ name }) => name)
    expect(names({ mask: 'window' })).toEqual(['mask', 'window'])
    expect(names({ mask: 'none' })).toEqual(['mask'])
    expect(names({})).toEqual(['mask']) // missing values count as the default
  })

  it('must have a default', () => {
    expect(() => fieldsOf(z.object({ width: z.number() }))).toThrow('width has no default')
  })
})
