// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest'
import { LabError } from '@core/errors'
import { fakeHost, smallLab } from '../testing/fake-host'
import { useFiles } from './files'
import { useNotices } from './notices'

beforeEach(() => void fakeHost())

const shown = () => useNotices().notices.map(({ content }) => ('code' in content ? content.code : content.key))
const failing = (path: string) => (): Promise<string> => Promise.reject(new LabError('file.missing', { path }))
const done = () => Promise.resolve('done')

describe('attempt', () => {
  it('returns the result, or undefined and a notice that stays', async () => {
    const { attempt } = useNotices()
    expect(await attempt(done)).toBe('done')
    expect(shown()).toEqual([])
    expect(await attempt(failing('a'))).toBeUndefined()
    await attempt(done)
    expect(shown()).toEqual(['file.missing'])
  })

  it('replaces the failure of an earlier attempt of the same name, and no other notice', async () => {
    const { attempt, notices } = useNotices()
    expect(notices).toEqual([])
    await attempt(failing('another'))
    await attempt(failing('first'), 'data')
    await attempt(failing('second'), 'data')
    expect(useNotices().notices.map(({ content }) => 'code' in content && content.params)).toEqual([
      { path: 'another' },
      { path: 'second' },
    ])
    await attempt(done, 'data')
    expect(useNotices().notices.map(({ content }) => 'code' in content && content.params)).toEqual([{ path: 'another' }])
  })
})

describe('problems', () => {
  it('that name blocks are removed when another lab is opened', () => {
    const notices = useNotices()
    notices.report({ code: 'graph.missing-input', params: { node: 'norm', port: 'x' } })
    notices.report({ code: 'internal', params: { detail: 'disk' } })
    useFiles().open(smallLab())
    expect(notices.notices.map(({ content }) => 'code' in content && content.code)).toEqual(['internal'])
  })
})
