/** Answers that are computed: `1 / sqrt(64)`, `4 * 32^2`. */

/** The value of an expression of numbers, + - * / ^, sqrt() and parentheses; NaN for anything else. */
export function evaluate(expression: string): number {
  const tokens = expression.match(/\d+(?:\.\d+)?|sqrt|[-+*/^()]|\S/g) ?? []
  let at = 0
  const next = (token: string): boolean => tokens[at] === token && ++at > 0

  function sum(): number {
    let value = product()
    for (;;) {
      if (next('+')) value += product()
      else if (next('-')) value -= product()
      else return value
    }
  }
  function product(): number {
    let value = power()
    for (;;) {
      if (next('*')) value *= power()
      else if (next('/')) value /= power()
      else return value
    }
  }
  /** From right to left; a sign binds less: -2^2 is -4. */
  function power(): number {
    if (next('-')) return -power()
    const base = atom()
    return next('^') ? base ** power() : base
  }
  function atom(): number {
    if (next('sqrt')) return next('(') ? Math.sqrt(closed()) : NaN
    if (next('(')) return closed()
    const token = tokens[at++] ?? ''
    return /^\d/.test(token) ? Number(token) : NaN
  }
  function closed(): number {
    const value = sum()
    return next(')') ? value : NaN
  }

  const value = sum()
  return at === tokens.length ? value : NaN
}
