/** Gradients beyond those of training: of the loss with respect to the output of a block or a single weight. */
import { LabError } from '../errors'
import type { LabDocument } from '../lab/document'
import { gradients } from '../program/autodiff'
import { optimise } from '../program/passes'
import type { Program, Value } from '../program/types'
import type { Signature } from '../signature'
import { buildGraph } from './build'

/**
 * A program with an output `gradient/NAME` for each name, d loss / d value in the value's shape. A name is an output port, `node/port`, or
 * a weight, `node/weight`. Values that the loss does not depend on get no output. Throws LabError `graph.no-output`.
 */
export function compileGradients(
  { graph }: LabDocument,
  signature: Signature,
  batch: number,
  names: readonly string[],
): Program {
  const { builder: b, wires } = buildGraph(graph, signature, { mode: 'evaluate', batch, gated: false })
  if (!b.givenObjective) throw new LabError('graph.no-output')
  const { losses, counted } = b.givenObjective
  const total = (values: Value): Value =>
    b.sum(
      values,
      values.shape.map((_, axis) => axis),
    )
  const loss = b.div(total(b.mul(losses, counted)), b.maximum(total(counted), 1))
  const asked = names.flatMap((name) => {
    const value = wires.get(name)?.value ?? b.states.find((state) => state.name === name)?.value
    return value ? [{ name, value }] : []
  })
  const gradientOf = gradients(
    b,
    loss,
    asked.map(({ value }) => value),
  )
  for (const { name, value } of asked) {
    const gradient = gradientOf.get(value)
    if (gradient) b.output(`gradient/${name}`, gradient)
  }
  return optimise(b.build())
}
