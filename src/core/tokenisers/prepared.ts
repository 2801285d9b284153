/** What a tokeniser computes from its data once: kept as long as the data is. */
export function prepared<T extends object, P>(prepare: (tokeniser: T) => P): (tokeniser: T) => P {
  const known = new WeakMap<T, P>()
  return (tokeniser) => {
    const before = known.get(tokeniser)
    if (before !== undefined) return before
    const made = prepare(tokeniser)
    known.set(tokeniser, made)
    return made
  }
}
