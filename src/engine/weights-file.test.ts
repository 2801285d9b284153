import { expect, it } from 'vitest'
import { readWeightsFile } from './weights-file'
import { writeSafeTensors } from './safetensors'

const tensor = { shape: [1], data: new Float32Array([1]) }

it.each([
  ['feed-forward/widen', 'feed-forward/up'],
  ['optimiser/first/layer/feed-forward/narrow-bias', 'optimiser/first/layer/feed-forward/down-bias'],
  ['narrow/kernel', 'narrow/kernel'],
  ['narrowest', 'narrowest'],
])('reads %s of an earlier version as %s', (earlier, today) => {
  const bytes = writeSafeTensors({ tensors: new Map([[earlier, tensor]]), metadata: {} })
  expect([...readWeightsFile(bytes).tensors.keys()]).toEqual([today])
})
