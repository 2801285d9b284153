/** Family colours are distinguishable for every kind of colour vision, in light and dark themes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blocks } from '@core/blocks'
import { contrast, difference, labOf, seenBy, visions } from '../testing/colour-vision'

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')
const families = [...new Set(blocks.map(({ family }) => family))]

/** Custom properties of the rule that starts with this selector. */
function tokensOf(selector: string): ReadonlyMap<string, string> {
  const rule = css.slice(css.indexOf(`\n${selector} {`)).split('}')[0] ?? ''
  return new Map([...rule.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [name, value]))
}

describe.each(['light', 'dark'])('in the %s theme', (theme) => {
  const tokens = tokensOf(`[data-theme='${theme}']`)
  const colour = (name: string): string => tokens.get(name) ?? ''

  it.each(visions)('any two families differ by at least 20 with %s', (vision) => {
    const seen = families.map((family) => ({ family, lab: labOf(seenBy(vision, colour(family))) }))
    const near = seen.flatMap((a, i) =>
      seen.slice(0, i).flatMap((b) => {
        const apart = difference(a.lab, b.lab)
        return apart >= 20 ? [] : [`${b.family} and ${a.family}: ${apart.toFixed(1)}`]
      }),
    )
    expect(near).toEqual([])
  })

  it('every family has a contrast of at least 3 : 1 to every background', () => {
    for (const family of families)
      for (const behind of ['raised', 'bg', 'panel'])
        expect(contrast(colour(family), colour(behind)), `${family} on ${behind}`).toBeGreaterThanOrEqual(3)
  })
})

it('every family also has a unique symbol', () => {
  const tokens = tokensOf(':root')
  const signs = [...families, 'group'].map((family) => tokens.get(`${family}-sign`))
  expect(signs).not.toContain(undefined)
  expect(new Set(signs).size).toBe(families.length + 1)
})
