import { describe, expect, it } from 'vitest'
import { createTask } from '../index'
import { encodePrompt } from './prompt'

const specOf = (kind: string) => createTask({ kind, params: {} }, null).spec
const tokens = (kind: string, text: string): (string | undefined)[] => {
  const spec = specOf(kind)
  return encodePrompt(text, spec).map((id) => spec.vocabulary[id])
}

describe('encodePrompt', () => {
  it.each(['characters', 'words', 'byte-pairs'])('makes the tokens that training sees: %s', (kind) => {
    const task = createTask({ kind, params: { length: 16 } }, null)
    const window = [...task.evaluationBatch(0, 1).tokens]
    const text = window.map((id) => task.spec.vocabulary[id]).join('')
    const whole = encodePrompt(`\n${text.slice(text.indexOf(' '))}`, task.spec).slice(1)
    expect(window.join()).toContain(whole.slice(0, 4).join())
  })
  it('splits a text as its task does', () => {
    expect(tokens('characters', 'the')).toEqual(['t', 'h', 'e'])
    expect(tokens('words', 'you read the')).toEqual(['you', ' read', ' the'])
    expect(tokens('byte-pairs', ' the').join('|')).toBe(' the')
  })
  it('takes unknown words for rare ones, and refuses unknown characters', () => {
    expect(tokens('words', ' xylophone the')).toEqual(['□', ' the'])
    expect(() => tokens('characters', 'a字')).toThrow('“字”')
    expect(() => tokens('byte-pairs', 'a字')).toThrow('“字”')
  })
})
