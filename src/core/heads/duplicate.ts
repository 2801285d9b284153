import type { RowScore } from './rows'

/**
 * Weight on earlier occurrences of the query's token (Wang et al. 2023: duplicate token heads). Queries whose token occurs for the
 * first time do not count.
 */
export const duplicate: RowScore = ({ weights, query, tokens }) => {
  let found: number | null = null
  for (let earlier = 0; earlier < query; earlier++) {
    if (tokens[earlier] === tokens[query]) found = (found ?? 0) + weights[earlier]!
  }
  return found
}
