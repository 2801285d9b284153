import { expect, it } from 'vitest'
import { csvOf } from './save'

it('CSV quotes commas, quotes and line breaks, and nothing else', () => {
  expect(
    csvOf([
      ['token', 'a,b', 'say "hi"', '\n'],
      [1, -0.5, '词', ' '],
    ]),
  ).toBe('token,"a,b","say ""hi""","\n"\r\n1,-0.5,词, \r\n')
})
