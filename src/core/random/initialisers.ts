/** Initialisers of weights: one table, one entry each. */
export type Initialiser =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly limit: number }
  | { readonly kind: 'xavier' } // uniform, Glorot & Bengio 2010: limit √(6 / (fan in + fan out))
  | { readonly kind: 'he' } // normal, He et al. 2015: deviation √(2 / fan in)
