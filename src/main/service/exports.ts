/** Exports of a page's models: planned by the worker for short jobs, written by one of their own. */
import { onAbort } from '@core/contract/cancel'
import type { ExportedModel, ExportPlan, SourceRef } from '@core/contract/exchange'
import type { LabMethods } from '@core/contract/lab'
import type { Argument, Call } from '@core/contract/table'
import type { Progress } from '@core/contract/progress'
import { LabError } from '@core/errors'
import type { Helper } from './helper'
import { keepCurrent } from './looks'
import type { Spawn } from './spawn'
import { startWorker } from './worker'
import type { Workspace } from './workspaces'

type Wanted = Argument<LabMethods, 'exchange.plan'>

/** Throws LabError: `run.unknown`, `model.nothing-kept`, `model.no-such-step` or `data.unknown`. */
async function sourceOf({ model }: Wanted, { runs, data }: Workspace): Promise<SourceRef> {
  if (model.kind === 'lab') {
    return { kind: 'lab', name: 'model', lab: model.lab, data: model.data === null ? null : await data.read(model.data) }
  }
  const run = runs.get(model.run)
  const at = model.at === 'best' ? model.at : ((await keepCurrent(run, model.at === 'newest' ? 'now' : model.at)) ?? 'newest')
  return { kind: 'run', directory: run.folder, data: await run.data(), at }
}

/** Python runs for the owner of the host only. */
const mayVerify = ({ client }: Pick<Call<never>, 'client'>): boolean => client.role === 'owner'

export async function planExport(wanted: Wanted, workspace: Workspace, helper: Helper, call: Call<never>): Promise<ExportPlan> {
  const { to, options } = wanted
  const source = await sourceOf(wanted, workspace)
  const plan = await helper.ask((ask) => ask.planExport({ source, to, options }, { signal: call.signal }))
  return { ...plan, verifiable: plan.verifiable && mayVerify(call) }
}

export async function exportModel(
  wanted: Argument<LabMethods, 'exchange.export'>,
  workspace: Workspace,
  spawn: Spawn,
  call: Call<Progress>,
): Promise<ExportedModel> {
  const { to, options } = wanted
  const source = await sourceOf(wanted, workspace)
  const worker = startWorker(spawn)
  const forget = onAbort(call.signal, () => worker.end(new LabError('cancelled')))
  try {
    const verify = wanted.verify && mayVerify(call)
    return await worker.ask((ask) => ask.exportModel({ source, to, options, verify }, { onPart: (part) => call.part(part) }))
  } finally {
    forget()
    worker.end()
  }
}
