/** Text of a lesson without mark-up, for names, menus and search. */
import type { Html } from '@core/lessons/format'

/** Formulas in one line: `√(d_k)`, `1/√n`. */
const written: Readonly<Record<string, (parts: readonly string[]) => string>> = {
  msqrt: (parts) => `√${grouped(parts.join(''))}`,
  msub: ([base = '', below = '']) => `${base}_${grouped(below)}`,
  msup: ([base = '', above = '']) => `${base}^${grouped(above)}`,
  mfrac: ([above = '', below = '']) => `${grouped(above)}/${grouped(below)}`,
  annotation: () => '',
}
const grouped = (text: string): string => (/^([\w√∞]*|√\([^()]*\))$/u.test(text) ? text : `(${text})`)

function textOf(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent ?? ''
  const parts = [...node.childNodes].map(textOf)
  return written[node.nodeName.toLowerCase()]?.(parts) ?? parts.join('')
}

const known = new Map<Html, string>()

export function plainText(html: Html): string {
  const found = known.get(html) ?? textOf(new DOMParser().parseFromString(html, 'text/html').body).replace(/\s+/g, ' ').trim()
  known.set(html, found)
  return found
}
