import { expect, it } from 'vitest'
import { csvOf } from './save'

it('CSV quotes fields with commas, quotes or line breaks only', () => {
  expect(
    csvOf([
      ['token', 'a,b', 'say "hi"', '\n'],
      [1, -0.5, '词', ' '],
    ]),
  ).toBe('token,"a,b","say ""hi""","\n"\r\n1,-0.5,词, \r\n')
})

it('escapes texts that a spreadsheet would run as formulas, but not numbers', () => {
  const rows = [['=HYPERLINK("http://x")', '+1', '-1', '@a', 'a=b', -1]]
  expect(csvOf(rows)).toBe(`"'=HYPERLINK(""http://x"")",'+1,'-1,'@a,a=b,-1\r\n`)
})
