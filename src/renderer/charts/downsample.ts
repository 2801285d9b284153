/** Long curves as few points without hiding anything: of every stretch, its smallest and its largest value, where they are. */

/** Points (index, value) in order. All of them while they fit; NaN stays, as a gap. `points` is at least 2. */
export function downsample(values: Float32Array, points: number): [number, number][] {
  const n = values.length
  if (n <= points) return Array.from(values, (value, index): [number, number] => [index, value])
  const buckets = Math.floor(points / 2)
  const kept: [number, number][] = []
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * n) / buckets)
    const to = Math.floor(((bucket + 1) * n) / buckets)
    let low = -1
    let high = -1
    for (let i = from; i < to; i++) {
      const value = values[i]!
      if (Number.isNaN(value)) continue
      if (low < 0 || value < values[low]!) low = i
      if (high < 0 || value > values[high]!) high = i
    }
    if (low < 0) kept.push([from, NaN])
    else if (low === high) kept.push([low, values[low]!])
    else for (const i of low < high ? [low, high] : [high, low]) kept.push([i, values[i]!])
  }
  return kept
}
