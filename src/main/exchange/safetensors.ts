/** Weights as one safetensors file, with what is needed to read them in its metadata. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ExportOptions } from '@core/contract/exchange'
import type { Problem } from '@core/errors'
import { withoutAdapters } from '@core/graph/adapters'
import { countOverflow, overflowFrom } from '@engine/float16'
import { writeSafeTensors } from '@engine/safetensors'
import type { Exporter } from './exporter'
import { bytesOf, inScratch } from './files'
import { peftFiles, writePeft } from './peft'
import type { ExportSource } from './source'

const file = 'model.safetensors'

/** Texts for `__metadata__`: the lab, its tokenisers and classes as JSON. */
function metadataOf({ lab, spec, step }: ExportSource): Record<string, string> {
  const { tokeniser, source, classes, signature } = spec
  return {
    ...{ producer: 'attention-lab', step: String(step), lab: JSON.stringify(lab), signature: JSON.stringify(signature) },
    ...{ tokenizer: JSON.stringify({ tokens: tokeniser, source }), classes: JSON.stringify(classes) },
  }
}

function planOf(source: ExportSource, { dtype }: ExportOptions): { bytes: number; missing: Problem[] } {
  const weights = [...source.weights]
  const infinite = weights.flatMap(([name, { data }]): Problem[] => {
    const count = data instanceof Float32Array ? countOverflow(data, overflowFrom[dtype]) : 0
    const node = name.slice(0, name.lastIndexOf('/'))
    return count === 0 ? [] : [{ code: 'export.overflow', params: { weight: name, count, dtype }, node }]
  })
  const rounded: Problem[] = dtype === 'F32' ? [] : [{ code: 'export.rounded', params: { dtype } }]
  return { bytes: bytesOf(source.weights, dtype), missing: [...rounded, ...infinite] }
}

/** Whether the files of PEFT are written too. */
const hasAdapters = ({ lab }: ExportSource): boolean => withoutAdapters(lab.graph) !== lab.graph

export const safetensors: Exporter = {
  keepsAdapters: ({ adapters }) => adapters === 'apart',

  plan(source, options) {
    const { bytes, missing } = planOf(source, options)
    const apart = hasAdapters(source) ? peftFiles.map((path) => ({ path, bytes: null })) : []
    return { files: [{ path: file, bytes }, ...apart], refused: [], missing }
  },

  async write(source, folder, { options: { dtype }, progress }) {
    progress({ done: 0, of: 1 })
    await writeFile(
      join(folder, file),
      writeSafeTensors({ tensors: source.weights, metadata: metadataOf(source) }, { floats: dtype }),
    )
    if (hasAdapters(source)) await writePeft(folder, source.weights, source.lab.graph)
    progress({ done: 1, of: 1 })
  },

  /** The reference reader must find what PyTorch makes of the same float32 numbers. */
  async verify(source, folder, python, { options: { dtype }, signal }) {
    const versions = await python.require(['safetensors', 'torch'])
    return inScratch(async (scratch) => {
      const plain = join(scratch, file)
      await writeFile(plain, writeSafeTensors({ tensors: source.weights, metadata: {} }))
      const told = await python.run(comparison, [join(folder, file), plain, dtype], { signal })
      const { difference } = z.object({ difference: z.number() }).parse(JSON.parse(told))
      return { differences: [{ name: 'weights', value: difference, limit: 0 }], versions }
    })
  },
}

/** Prints the largest difference over all weights; other names, shapes or types count as infinite. */
const comparison = `
import json, sys
import torch
from safetensors.torch import load_file
written, plain, dtype = load_file(sys.argv[1]), load_file(sys.argv[2]), sys.argv[3]
kind = {'F32': torch.float32, 'F16': torch.float16, 'BF16': torch.bfloat16}[dtype]
worst = 0.0 if written.keys() == plain.keys() else 1e30
for name, expected in plain.items():
    expected, found = expected.to(kind), written.get(name)
    if found is None or found.dtype != kind or found.shape != expected.shape:
        worst = 1e30
    elif not torch.equal(found.nan_to_num(), expected.nan_to_num()):
        worst = max(worst, (found.nan_to_num().double() - expected.nan_to_num().double()).abs().max().item())
print(json.dumps({'difference': worst}))
`
