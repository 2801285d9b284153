/** Checked against the CIEDE2000 test pairs of Sharma, Wu and Dalal 2005, and against invariants of the simulation. */
import { describe, expect, it } from 'vitest'
import { contrast, difference, labOf, linearOf, seenBy, visions, type Triple } from './colour-vision'

const pairs: readonly (readonly [Triple, Triple, number])[] = [
  [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
  [[50, 3.1571, -77.2803], [50, 0, -82.7485], 2.8615],
  [[50, 2.8361, -74.02], [50, 0, -82.7485], 3.4412],
  [[50, -1.3802, -84.2814], [50, 0, -82.7485], 1],
  [[50, -0.9009, -85.5211], [50, 0, -82.7485], 1],
  [[50, 0, 0], [50, -1, 2], 2.3669],
  [[50, 2.49, -0.001], [50, -2.49, 0.0009], 7.1792],
  [[50, 2.49, -0.001], [50, -2.49, 0.0011], 7.2195],
  [[50, -0.001, 2.49], [50, 0.0009, -2.49], 4.8045],
  [[50, -0.001, 2.49], [50, 0.0011, -2.49], 4.7461],
  [[50, 2.5, 0], [50, 0, -2.5], 4.3065],
  [[50, 2.5, 0], [73, 25, -18], 27.1492],
  [[50, 2.5, 0], [61, -5, 29], 22.8977],
  [[50, 2.5, 0], [56, -27, -3], 31.903],
  [[50, 2.5, 0], [58, 24, 15], 19.4535],
  [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
  [[63.0109, -31.0961, -5.8663], [62.8187, -29.7946, -4.0864], 1.263],
  [[35.0831, -44.1164, 3.7933], [35.0232, -40.0716, 1.5901], 1.8645],
  [[22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373],
  [[36.4612, 47.858, 18.3852], [36.2715, 50.5065, 21.2231], 1.4146],
  [[90.8027, -2.0831, 1.441], [91.1528, -1.6435, 0.0447], 1.4441],
  [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
]

describe('colour difference', () => {
  it.each(pairs)('of %j and %j is %d in both directions', (a, b, expected) => {
    expect(difference(a, b)).toBeCloseTo(expected, 4)
    expect(difference(b, a)).toBeCloseTo(expected, 4)
  })
  it('is computed in L*a*b*, where red is 53.24, 80.09, 67.20', () => {
    const lab = labOf(linearOf('#ff0000'))
    const expected = [53.24, 80.09, 67.2]
    lab.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(0.02))
  })
})

describe('simulated colour vision', () => {
  it.each(visions)('with %s leaves white, grey and black unchanged', (vision) => {
    for (const hex of ['#ffffff', '#808080', '#000000'])
      expect(difference(labOf(seenBy(vision, hex)), labOf(linearOf(hex)))).toBeLessThan(0.05)
  })
  it('confuses red and green of equal lightness only if the cone for one of them is missing', () => {
    const apart = (vision: (typeof visions)[number]) =>
      difference(labOf(seenBy(vision, '#b06a00')), labOf(seenBy(vision, '#708a00')))
    expect(apart('normal')).toBeGreaterThan(25)
    expect(apart('deuteranopia')).toBeLessThan(8)
    expect(apart('tritanopia')).toBeGreaterThan(20)
  })
})

it('the contrast of black and white is 21', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
})
