/** One look at the model of a run. Throws LabError. */
import type { Signal } from '@core/contract/cancel'
import type { Look, LookInput, LookValue } from '@core/contract/look'
import { LabError } from '@core/errors'
import type { Host } from '../../api/host'

export interface SingleLook {
  readonly run: string
  /** Null for now. */
  readonly step: number | null
  readonly input: LookInput
  readonly values: readonly LookValue[]
}

export async function lookOnce(
  { call }: Pick<Host, 'call'>,
  { run, step, input, values }: SingleLook,
  signal?: Signal,
): Promise<Look> {
  const looks: Look[] = []
  await call['models.look'](
    { model: { run, step: step ?? 'now' }, look: { inputs: [input], values: [...values] } },
    { ...(signal && { signal }), onPart: (look) => void looks.push(look) },
  )
  const [look] = looks
  if (!look) throw new LabError('model.nothing-kept', { run })
  return look
}
