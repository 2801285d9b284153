// @vitest-environment happy-dom
import { expect, it } from 'vitest'
import { plainText } from './plain'

const math = (inside: string, tex: string): string =>
  `<math><semantics><mrow>${inside}</mrow><annotation encoding="application/x-tex">${tex}</annotation></semantics></math>`
const width = '<msub><mi>d</mi><mi>k</mi></msub>'

it.each([
  ['Only <em>words</em> &amp; signs', 'Only words & signs'],
  [`Why divide by ${math(`<msqrt>${width}</msqrt>`, '\\sqrt{d_k}')}?`, 'Why divide by √d_k?'],
  [math(`<mfrac><mn>1</mn><msqrt><mi>n</mi><mo>+</mo><mn>1</mn></msqrt></mfrac>`, '…'), '1/√(n+1)'],
  [math('<msup><mi>x</mi><mn>2</mn></msup>', 'x^2'), 'x^2'],
  ['', ''],
])('%s', (html, text) => expect(plainText(html)).toBe(text))
