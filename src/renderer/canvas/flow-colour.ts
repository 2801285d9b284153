/** The colour of a gradient norm: from small through medium to large on a logarithmic scale; what is 0 or not finite stands apart. */
export function flowColour(norm: number, share: number): string {
  if (norm === 0) return 'var(--ink-3)'
  if (!Number.isFinite(norm)) return 'var(--bad)'
  const [from, to] = share < 0.5 ? ['low', 'middle'] : ['middle', 'high']
  const part = share < 0.5 ? share * 2 : share * 2 - 1
  return `color-mix(in oklab, var(--flow-${to}) ${Math.round(part * 100)}%, var(--flow-${from}))`
}
