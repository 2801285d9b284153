/** What the models of runs that are not on screen consist of: asked once for each run, when it is wanted. */
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { toProblem, type Problem } from '@core/errors'
import type { Analysis } from '@core/graph/analysis'
import { expandGroups } from '@core/graph/expansion'
import type { LabDocument } from '@core/lab/document'
import type { TaskSpec } from '@core/tasks/types'
import { useAnalyser } from '../analysis/analyser'
import { useHost } from '../api/host'

export interface RunModel {
  /** With groups expanded into their blocks, which are named as in the analysis. */
  readonly lab: LabDocument
  readonly spec: TaskSpec
  readonly analysis: Analysis
}

export const useRunModels = defineStore('runModels', () => {
  const host = useHost()
  const analyser = useAnalyser()
  const models = shallowReactive(new Map<string, RunModel>())
  /** Why a model cannot be described. */
  const problems = shallowReactive(new Map<string, Problem>())
  const asked = new Set<string>()

  async function read(run: string, lab: LabDocument, data: string | null): Promise<void> {
    try {
      const spec = await host.call['task.describe']({ task: lab.task, data })
      const analysis = await analyser(lab, spec.signature)
      models.set(run, { lab: { ...lab, graph: expandGroups(lab.graph).graph }, spec, analysis })
    } catch (error) {
      problems.set(run, toProblem(error))
    }
  }
  /** `lab` is null until it is known. */
  function want({ run, lab, data }: { run: string; lab: LabDocument | null; data: string | null }): void {
    if (!lab || asked.has(run)) return
    asked.add(run)
    void read(run, lab, data)
  }
  return { models, problems, want }
})
