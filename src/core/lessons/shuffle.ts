/** Options are shuffled, and the same lesson shuffles them the same way every time it is opened. */
import { hashIds } from '../random/hash'

/** The numbers from 0 to `count` − 1 in an order that follows from the text (Fisher and Yates 1938). */
export function shuffled(count: number, text: string): readonly number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  const letters = Array.from(text, (letter) => letter.codePointAt(0) ?? 0)
  for (let last = count - 1; last > 0; last--) {
    const other = hashIds([...letters, last]) % (last + 1)
    ;[order[last], order[other]] = [order[other]!, order[last]!]
  }
  return order
}
