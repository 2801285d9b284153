// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { blockByKind } from '@core/blocks'
import { fieldsOf } from '@core/fields'
import { i18n } from '../locales'
import en from '@core/locales/en/blocks.json'
import FieldRow from './FieldRow.vue'

function fieldOf(kind: string, name: string, value: unknown) {
  const { params } = blockByKind(kind)!
  const field = fieldsOf(params).find((candidate) => candidate.name === name)!
  const accepts = (number: number) => params.safeParse({ [name]: number }).success
  const { label } = (en as Record<string, { params: Record<string, { label: string } | undefined> } | undefined>)[kind]!.params[
    name
  ]!
  return mount(FieldRow, { props: { field, value, texts: { label }, accepts }, global: { plugins: [i18n] } })
}

/** Types and leaves the field: fires `input` and `change`. */
const type = (field: ReturnType<typeof fieldOf>, text: string): Promise<void> => field.get('input').setValue(text)

describe('a number field', () => {
  it('applies a valid value', async () => {
    const field = fieldOf('multi-head', 'heads', 4)
    await type(field, '8')
    expect(field.emitted('change')).toEqual([[8]])
    expect(field.find('[role=alert]').exists()).toBe(false)
  })

  it.each([
    ['heads', '2.5', '“Number of heads h” must be a whole number'],
    ['heads', 'many', '“Number of heads h” must be a number'],
    ['heads', '', '“Number of heads h” must be a number'],
    ['heads', '0', '“Number of heads h” must be between 1 and 64'],
    ['dropout', '1', '“Dropout” must be between 0 and 0.9'],
  ])('rejects %s = "%s" with a message and changes nothing', async (name, text, sentence) => {
    const field = fieldOf('multi-head', name, name === 'heads' ? 4 : 0)
    await type(field, text)
    expect(field.get('[role=alert]').text()).toContain(sentence)
    expect(field.get('input').attributes('aria-invalid')).toBe('true')
    expect(field.emitted('change')).toBeUndefined()
  })

  it('explains an exclusive limit', async () => {
    const field = fieldOf('norm', 'epsilon', 1e-5)
    await type(field, '0')
    expect(field.get('[role=alert]').text()).toContain('must be greater than 0 and at most 1')
  })

  it('follows external changes such as undo, and resets on Escape', async () => {
    const field = fieldOf('multi-head', 'heads', 4)
    await field.get('input').setValue('99')
    await field.get('input').trigger('keydown', { key: 'Escape' })
    expect(field.get('input').element.value).toBe('4')
    await field.setProps({ value: 2 })
    expect(field.get('input').element.value).toBe('2')
  })

  it('steps with the arrow keys within its range', async () => {
    const field = fieldOf('multi-head', 'heads', 1)
    await field.get('input').trigger('keydown', { key: 'ArrowDown' })
    expect(field.emitted('change')).toBeUndefined()
    await field.setProps({ value: 3 })
    await field.get('input').trigger('keydown', { key: 'ArrowUp' })
    expect(field.emitted('change')).toEqual([[4]])
  })
})
