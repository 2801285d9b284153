import type { RowScore } from './rows'

/**
 * Weight on the tokens that followed earlier occurrences of the query's token: prefix matching (Olsson et al. 2022). Queries whose
 * token occurs for the first time do not count. Measured on repeated random tokens, where each token has one earlier occurrence.
 */
export const induction: RowScore = ({ weights, query, tokens }) => {
  let found: number | null = null
  for (let earlier = 0; earlier < query; earlier++) {
    if (tokens[earlier] === tokens[query]) found = (found ?? 0) + weights[earlier + 1]!
  }
  return found
}
