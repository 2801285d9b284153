/** The catalogue of rubric items: one line each. */
import { z } from 'zod'
import type { Evidence, Finding } from './define'
import { graph } from './graph'
import { metric } from './metric'
import { quiz } from './quiz'
import { words } from './words'
import { work } from './work'

const kinds = { metric, graph, quiz, words, work } as const

export const rubricItem = z.discriminatedUnion('is', [metric.schema, graph.schema, quiz.schema, words.schema, work.schema])
export type RubricItem = z.output<typeof rubricItem>

export const judge = (item: RubricItem, evidence: Evidence): Finding =>
  (kinds[item.is].judge as (item: RubricItem, evidence: Evidence) => Finding)(item, evidence)
