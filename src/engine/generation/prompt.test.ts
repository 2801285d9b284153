/** Tokenising a prompt, for each kind of tokeniser: the same tokens as within a longer text. */
import { describe, expect, it } from 'vitest'
import { generationRequest, type GenerationRequest } from '@core/contract/generation'
import { composeLab } from '@core/models/compose'
import { embed, layers } from '@core/models/parts'
import { createTask } from '@core/tasks'
import { createTraining } from '../training'
import { createInstalledTfjs } from '../../main/engine/tfjs'
import { bannedTokens } from './decoding'
import { nodeSurroundings } from '../../main/engine/surroundings'
import { generateFromPrompt } from './from-prompt'
import { beginningOf } from './prompt'

const text = 'once upon a time there was a hill and upon a hill a house . '.repeat(40)
const specOf = (kind: string, data: string) => createTask({ kind, params: { length: 8 } }, data).spec
const begun = (kind: string, prompt: string, data = text) => {
  const spec = specOf(kind, data)
  const { ids, ...rest } = beginningOf(prompt, spec.tokeniser, bannedTokens(spec, { allowUnknown: true }))
  return { ...rest, tokens: ids.map((id) => spec.tokeniser.vocabulary[id]) }
}

describe.each(['words', 'byte-pairs'])('a prompt in %s', (kind) => {
  it.each(['once upon ', 'once upon   '])('leaves trailing spaces, %j, to the next word', (given) => {
    const { prompt, tokens, banned } = begun(kind, given)
    expect(prompt).toBe('once upon')
    expect(tokens).toEqual(begun(kind, 'once upon').tokens)
    const { vocabulary } = specOf(kind, text).tokeniser
    const allowed = vocabulary.filter((_, id) => !banned.has(id))
    expect(allowed.length).toBeGreaterThan(1)
    for (const token of allowed) expect(token.startsWith(' ')).toBe(true)
  })
  it('that ends with a word may be followed by anything', () => {
    expect(begun(kind, 'once upon').banned.size).toBe(0)
  })
  it('of spaces alone is empty', () => {
    expect(begun(kind, '  ')).toMatchObject({ prompt: '', tokens: begun(kind, '').tokens })
  })

  async function written(prompt: string, change: Partial<GenerationRequest> = {}) {
    const training = { batchSize: 4 }
    const lab = composeLab({ task: { kind, params: { length: 8 } }, training }, (c) => {
      const x = layers(c, embed(c, { width: 8 }), { attention: { heads: 2, mask: 'causal' } })
      c.place('output', 'next-token', {}, { x })
    })
    const { model } = createTraining(await createInstalledTfjs(), lab, text)
    const writing = await generateFromPrompt(
      model,
      { ...generationRequest.parse({ prompt, length: 6 }), ...change },
      nodeSurroundings,
      {},
    )
    model.dispose()
    return writing
  }
  it('that ends with a space is continued with exactly one space', async () => {
    for (const temperature of [0, 1]) {
      const { prompt, written: all } = await written('once upon ', { temperature, samples: 8 })
      for (const { text: added } of all) expect(prompt + added).toMatch(/^once upon /)
    }
  })
})

describe('characters', () => {
  it('are read unchanged, including spaces', () => {
    expect(begun('characters', 'once ')).toMatchObject({ prompt: 'once ', tokens: Array.from('once ') })
  })
})

describe('no prompt', () => {
  it.each(['words', 'byte-pairs', 'characters'])('starts a line in %s', (kind) => {
    expect(begun(kind, '', text.replaceAll(' . ', '\n'))).toMatchObject({ prompt: '', tokens: ['\n'] })
  })
  it.each(['words', 'byte-pairs', 'characters'])(
    'starts with a token that may be generated, in %s without line breaks',
    (kind) => {
      const { prompt, tokens } = begun(kind, '')
      expect(prompt).toBe('')
      expect(tokens).toHaveLength(1)
      expect(tokens[0]).not.toBe('□')
    },
  )
})
