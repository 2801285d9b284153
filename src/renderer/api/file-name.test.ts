import { expect, it } from 'vitest'
import { fileName } from './file-name'

const bytes = (name: string): number => new TextEncoder().encode(name).length

it.each([
  ['Tiny GPT', 'Tiny-GPT.lab.json'],
  [' a / b: "c"?\n', 'a-b-c.lab.json'],
  ['', 'lab.lab.json'],
  ['???', 'lab.lab.json'],
  ['...hidden', 'hidden.lab.json'],
  ['CON', 'lab-CON.lab.json'],
  ['aux.old', 'lab-aux.old.lab.json'],
  ['Lpt1', 'lab-Lpt1.lab.json'],
  ['Console', 'Console.lab.json'],
  ['cafe\u0301', 'caf\u00e9.lab.json'],
  ['lone \ud800', 'lone-\ufffd.lab.json'],
])('%j → %j', (title, name) => expect(fileName(title)).toBe(name))

it.each([['x'.repeat(2000)], ['注意力'.repeat(100)], ['👩‍👩‍👧‍👦'.repeat(40)], ['e\u0323\u0301'.repeat(200)]])(
  'fits the length limit of file systems and does not split a character: %s',
  (title) => {
    const name = fileName(title)
    expect(bytes(name)).toBeLessThanOrEqual(200)
    expect(bytes(name)).toBeGreaterThan(170)
    expect(title.normalize().startsWith(name.slice(0, -'.lab.json'.length))).toBe(true)
    expect(name).not.toContain('\ufffd')
  },
)
