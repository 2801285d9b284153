import { expect, it } from 'vitest'
import { escaped, markup } from './markup'

it('texts in templates are escaped, in elements and in attributes', () => {
  const name = `<img src=x onerror="alert('&')">`
  expect(escaped(name)).toBe('&lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;')
  expect(markup`<b title="${name}">${name}</b>`.text).toBe(`<b title="${escaped(name)}">${escaped(name)}</b>`)
})
it('markup in templates stays markup, lists are joined, and nothing is nothing', () => {
  const items = ['a', '<'].map((each) => markup`<li>${each}</li>`)
  expect(markup`<ul>${items}</ul>${null}${0}`.text).toBe('<ul><li>a</li><li>&lt;</li></ul>0')
})
