/** The predicted distribution over classes: log-probabilities, entropy and the most probable classes. All logarithms are natural. */

/** log softmax: xᵢ − log Σ exp xⱼ, computed relative to the largest logit. All NaN if a logit is NaN or ∞. */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  let most = -Infinity
  for (let i = 0; i < logits.length; i++) most = Math.max(most, logits[i]!)
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - most)
  const rest = Math.log(sum)
  return Float64Array.from(logits, (logit) => logit - most - rest)
}

/** −Σ p log p in nats: 0 if one class is certain, log n if n classes are equally probable. */
export function entropyOf(logProbabilities: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < logProbabilities.length; i++) {
    const probability = Math.exp(logProbabilities[i]!)
    if (probability !== 0) sum -= probability * logProbabilities[i]!
  }
  return sum
}

/** Indices of the `count` largest numbers, largest first; equal ones in their order. */
export function topIndices(numbers: ArrayLike<number>, count: number): number[] {
  const found: number[] = []
  for (let i = 0; i < numbers.length; i++) {
    if (found.length === count && !(numbers[i]! > numbers[found[count - 1]!]!)) continue
    let at = found.length
    while (at > 0 && numbers[i]! > numbers[found[at - 1]!]!) at--
    found.splice(at, 0, i)
    if (found.length > count) found.pop()
  }
  return found
}
