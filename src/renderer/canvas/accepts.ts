/** Whether a wire is valid after an edit in the current scope. Checked on the whole lab, including enclosing groups. */
import { connectionChecker } from '@core/graph/connection'
import { applyEdit } from '@core/graph/edit'
import type { Accepts } from '@core/graph/edit-wires'
import { useLab } from '../stores/lab'
import { useScope } from '../stores/scope'
import { useTask } from '../stores/task'

export function acceptsWires(): Accepts {
  const { document } = useLab()
  const { group, inLab } = useScope()
  const { spec } = useTask()
  return (before, from, to) =>
    document !== null &&
    spec !== null &&
    !connectionChecker(applyEdit(document, inLab(before)), spec.signature, group)(from, to)
}
