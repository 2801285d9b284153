/** Options by their number. Answers are read from files, so they may be anything. */
export const numbersOf = (answer: unknown): readonly number[] =>
  Array.isArray(answer) ? answer.filter((each) => typeof each === 'number') : []
