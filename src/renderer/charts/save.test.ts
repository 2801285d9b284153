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

it('keeps texts from being run as formulas, and numbers as they are', () => {
  const rows = [['=HYPERLINK("http://x")', '+1', '-1', '@a', 'a=b', -1]]
  expect(csvOf(rows)).toBe(`"'=HYPERLINK(""http://x"")",'+1,'-1,'@a,a=b,-1\r\n`)
})
