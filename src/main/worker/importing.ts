/** Importing a model: reading hundreds of megabytes, for which a host has no time. */
import type { Handlers } from '@core/contract/table'
import type { WorkerMethods } from '@core/contract/worker'
import { LabError } from '@core/errors'
import { keepModel } from '../exchange/huggingface/keep-model'
import { planImport } from '../exchange/huggingface/read-model'

export const importJob: Pick<Handlers<WorkerMethods>, 'importModel'> = {
  async importModel({ folder, length, text, keep }, { part, signal }) {
    const plan = await planImport(folder, { length, text })
    try {
      const { report, data, title } = plan
      if (!keep) return { report, data, title }
      let last = 0
      const states = await plan.read((done, of) => {
        if (signal.aborted) throw new LabError('cancelled')
        if (performance.now() - last < 100) return
        last = performance.now()
        part({ done, of })
      })
      await keepModel(keep.directory, keep.run, plan, states, false)
      return { report, data, title }
    } finally {
      await plan.close()
    }
  },
}
