import type { Signature } from '@core/signature'

/** Limit on the numbers in the logits of one pass: 64 MB, of which a pass needs several times as much. */
const mostLogits = 2 ** 24

/** How many sequences one pass may have, at least 1: a pretrained model has fifty thousand classes for every token. */
export function sequencesAtOnce({ aim, length, classes }: Signature): number {
  return Math.max(1, Math.floor(mostLogits / (classes * (aim === 'tokens' ? length : 1))))
}
