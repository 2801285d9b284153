/** Small programs for tests of engines. */
import { ProgramBuilder } from '@core/program/builder'
import type { Program, Value } from '@core/program/types'

/** y = x·w, loss = Σ y², and w ← w − 0.1·x·y with a step counter. */
export function training(): Program {
  const b = new ProgramBuilder()
  const x = b.dataInput('x', [2], 'float32')
  const w = weight(b, 'layer/w', [2])
  const steps = weight(b, 'steps', [])
  const y = b.mul(x, w)
  b.output('y', y)
  b.output('loss', b.sum(b.square(y), 0))
  b.update('layer/w', b.sub(w, b.mul(b.mul(x, y), 0.1)))
  b.update('steps', b.add(steps, 1))
  return b.build()
}

export function evaluation(): Program {
  const b = new ProgramBuilder()
  const x = b.dataInput('x', [2], 'float32')
  b.output('y', b.mul(x, weight(b, 'layer/w', [2])))
  return b.build()
}

export function weight(b: ProgramBuilder, name: string, shape: readonly number[]): Value {
  return b.state({
    name,
    block: name.split('/')[0]!,
    role: 'weight',
    shape,
    initialiser: { kind: 'zeros' },
    trainable: true,
    decay: false,
  })
}
