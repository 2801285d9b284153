// @vitest-environment happy-dom
import { expect, it, vi } from 'vitest'
import { keepCompositionApart } from './composition'

it('stops keys of an IME composition, and no others', () => {
  const end = keepCompositionApart(window)
  const field = document.body.appendChild(document.createElement('input'))
  const heard = vi.fn()
  field.addEventListener('keydown', heard)
  window.addEventListener('keydown', heard)
  const press = (isComposing: boolean) =>
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing }))
  press(true)
  expect(heard).not.toHaveBeenCalled()
  press(false)
  expect(heard).toHaveBeenCalledTimes(2)
  end()
  press(true)
  expect(heard).toHaveBeenCalledTimes(4)
})
