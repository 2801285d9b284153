/** `state` of the built command line. Needs `npm run build`. */
import { describe, expect, it } from 'vitest'
import { builtCli, jsonLines, sentence } from './testing/built-cli'

const { run } = builtCli()

describe('state', () => {
  it('is that of a run that ended at this step', { timeout: 60_000 }, async () => {
    const [kept] = await Promise.all([
      run('train', 'reverse', '--steps', '60', '--out', 'long'),
      run('train', 'reverse', '--steps', '37', '--out', 'short', '--json').then(({ out }) => (short = out)),
    ])
    expect(kept).toMatchObject({ code: 0 })
    const { stateHash } = jsonLines(short).at(-1) as { readonly stateHash: string }
    const found = await run('state', 'long', '--step', '37', '--json')
    expect(jsonLines(found.out)).toEqual([{ step: 37, stateHash }])
    const told = await run('state', 'short', '--step', '37')
    expect(told.out.trim()).toBe(`After step 37: ${stateHash}`)
    const beyond = await run('state', 'short', '--step', '38')
    expect(beyond.code).toBe(1)
    expect(beyond.error).toMatch(sentence)
  })

  it('needs a saved run and a step', { timeout: 60_000 }, async () => {
    expect(await run('state', 'nowhere', '--step', '3')).toMatchObject({ code: 1 })
    expect(await run('state', 'nowhere')).toMatchObject({ code: 2 })
    expect(await run('state', 'nowhere', '--step', '-1')).toMatchObject({ code: 2 })
  })
})

let short = ''
