// @vitest-environment happy-dom
/** Every block has a unique title, named or not. */
import { beforeEach, expect, it } from 'vitest'
import { lab } from '@core/graph/testing'
import { useFiles } from '../stores/files'
import { useLab } from '../stores/lab'
import { fakeHost } from '../testing/fake-host'
import { useBlockNames } from './blockNames'

beforeEach(() => {
  fakeHost()
  useFiles().open(lab(['tokens', 'linear', 'linear as second', 'linear as third', 'add'], []))
})
const rename = (node: string, name: string) => useLab().apply({ type: 'setName', node, name })
const titles = (...ids: string[]) => ids.map(useBlockNames().title)

it('numbers three blocks of one kind, with the same numbers on the canvas', () => {
  expect(titles('linear', 'second', 'third')).toEqual(['Linear 1', 'Linear 2', 'Linear 3'])
  const { shortTitle } = useBlockNames()
  expect(['linear', 'third', 'add', 'tokens'].map(shortTitle)).toEqual(['Linear 1', 'Linear 3', 'Add', 'Tokens'])
})

it('uses a given name, and renumbers the other blocks of the kind', () => {
  rename('second', 'Query')
  expect(titles('linear', 'second', 'third')).toEqual(['Linear 1', 'Query', 'Linear 2'])
  expect(useBlockNames().shortTitle('second')).toBe('Query')
  useLab().undo()
  expect(titles('second')).toEqual(['Linear 2'])
})

it('is unique whatever names are given', () => {
  rename('add', 'Linear 1')
  rename('tokens', 'Linear')
  const all = titles('tokens', 'linear', 'second', 'third', 'add')
  expect(new Set(all).size).toBe(5)
  expect(all).toContain('Linear 1')
})
