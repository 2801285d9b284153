/** Perplexity (Jelinek et al. 1977): how many equally likely tokens would be as uncertain as the predictions. */
import type { Surprisal } from './surprisal'

/** exp(mean negative log-likelihood per scored token in nats); 1 is certainty. NaN without tokens or if the loss is NaN. */
export const perplexity = ({ nats, tokens }: Surprisal): number => Math.exp(nats / tokens)
