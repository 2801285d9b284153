/**
 * Bits per character (Graves 2013): the length of the text in bits if the model compresses it, divided by its length. Unlike perplexity, it
 * compares models with different tokens.
 */
import type { Surprisal } from './surprisal'

/**
 * Negative log-likelihood of all scored tokens in bits / characters of these tokens. Characters are Unicode code points, white space and line
 * breaks included; a token for rare words counts as the one character it is written as. NaN without characters or if the loss is NaN.
 */
export const bitsPerCharacter = ({ nats, characters }: Surprisal): number => nats / Math.LN2 / characters
