/** For tests of the trainer: a lab with everything that must be reproducible, and a listener that records its reports. */
import type { Evaluation, RunSummary } from '@core/contract/runs'
import { firstModel } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import type { TrainerListener, TrainerStatus } from '../trainer-listener'

/** With dropout, as its masks must be reproducible too. */
export function dropoutLab(training: Partial<LabDocument['training']> = {}): LabDocument {
  const document = firstModel()
  const nodes = document.graph.nodes.map((node) =>
    node.kind === 'position' ? { ...node, params: { ...node.params, dropout: 0.2 } } : node,
  )
  return {
    ...document,
    graph: { ...document.graph, nodes },
    training: { ...document.training, steps: 50, evaluateEvery: 20, learningRate: 0.01, ...training },
  }
}

export interface Told extends TrainerListener {
  readonly statuses: TrainerStatus[]
  readonly losses: Map<number, number>
  readonly evaluations: Evaluation[]
  readonly summaries: RunSummary[]
  /** Resolves when a status satisfies the condition. */
  until(condition: (status: TrainerStatus) => boolean): Promise<TrainerStatus>
}

export function listen(): Told {
  const waiting = new Set<() => void>()
  const told: Told = {
    statuses: [],
    losses: new Map(),
    evaluations: [],
    summaries: [],
    status(status) {
      told.statuses.push(status)
      waiting.forEach((check) => check())
    },
    step: (step, { loss }) => void told.losses.set(step, loss),
    evaluation: (evaluation) => void told.evaluations.push(evaluation),
    summary: (summary) => void told.summaries.push(summary),
    until: (condition) =>
      new Promise((resolve) => {
        const check = () => {
          const found = told.statuses.find(condition)
          if (found) resolve(found)
        }
        waiting.add(check)
        check()
      }),
  }
  return told
}

export const over = ({ state }: TrainerStatus): boolean => state === 'finished' || state === 'failed'
