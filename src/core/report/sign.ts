/** The letter and the line by which a run is recognised in tables and pictures. */
import { markup, type Markup } from '../markup'
import { lineOf } from './style'

export function sign(letter: string, index: number): Markup {
  const { colour, dash } = lineOf(index)
  return markup`<span class="sign"><svg width="26" height="8" aria-hidden="true"><line x1="1" y1="4" x2="25" y2="4" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}"/></svg><b>${letter}</b></span>`
}
