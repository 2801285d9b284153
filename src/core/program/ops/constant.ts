/** Constants, given as numbers or by a formula, in the shape of the output. */
import { isFormula, numbersOf, type Numbers } from '../constants'
import { defineOp } from '../define'

declare module '../types' {
  interface OpAttributes {
    constant: { readonly data: Numbers }
  }
}

export const constant = defineOp({
  kind: 'constant',
  arity: 'any',
  infer(_, { data }) {
    if (isFormula(data)) throw new TypeError('constant: a formula does not tell its shape')
    return { shape: [data.length], dtype: data instanceof Int32Array ? 'int32' : 'float32' }
  },
  compute: (_, { data }, shape) => Float64Array.from(numbersOf(data, shape)),
  gradient: null,
  flops: () => 0,
})
