/** Adapters as PEFT's files: PEFT loads them into a PyTorch model of the base weights, and gives the same outputs. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { feedsOf, weightsOf } from '@core/blocks/testing'
import { mergeAdapters } from '@core/graph/adapters'
import { compile } from '@core/graph/compile'
import { lab, signature } from '@core/graph/testing'
import { interpret } from '@core/program/reference'
import { readSafeTensors, writeSafeTensors } from '@engine/safetensors'
import { needsWitness, runWitness } from '../testing/witness'
import { writePeft } from './peft'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'peft-'))))
afterAll(() => rm(folder, { recursive: true }))

const document = lab(
  [
    ...(['tokens', ['embedding', { width: 4 }]] as const),
    ['self-attention', { rank: 2, alpha: 3, adaptKey: true }],
    ['feed-forward', { hidden: 6, activation: 'relu', rank: 3, alpha: 1 }],
    ['linear', { width: 5, rank: 2, alpha: 3 }],
    'classifier',
  ],
  [
    ...['tokens.ids > embedding.ids', 'embedding.y > self-attention.x', 'self-attention.y > feed-forward.x'],
    ...['feed-forward.y > linear.x', 'linear.y > classifier.x'],
  ],
  { batchSize: 2 },
)
const own = { ...signature, padded: false }
const program = compile(document, own, { mode: 'infer' })
const states = weightsOf(program.states)
const weights = new Map(program.states.map(({ name, value }) => [name, { shape: value.shape, data: states[name]! }] as const))

/** The base as PyTorch modules named as the matrices, then with PEFT, then merged by PEFT. */
const script = `
import json, sys
import torch
from torch import nn
from peft import PeftModel
from safetensors.torch import load_file

folder = sys.argv[1]
given = load_file(f"{folder}/weights.safetensors")
tokens = torch.tensor(json.load(open(f"{folder}/tokens.json")))

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        for name in [name for name in given if name + "-bias" in given]:
            block, matrix = name.split("/")
            if block not in self._modules:
                self.add_module(block, nn.ModuleDict())
            layer = nn.Linear(*given[name].shape)
            layer.weight.data, layer.bias.data = given[name].T.contiguous(), given[name + "-bias"]
            self._modules[block][matrix] = layer

    def forward(self, tokens):
        layer = lambda block, name, x: self._modules[block][name](x)
        x = given["embedding/table"][tokens]
        q, k, v = (layer("self-attention", name, x) for name in ("query", "key", "value"))
        x = torch.softmax(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5, -1) @ v
        x = layer("feed-forward", "down", torch.relu(layer("feed-forward", "up", x)))
        return layer("classifier", "weight", layer("linear", "weight", x))

model = Model()
with torch.no_grad():
    plain = model(tokens)
    adapted = PeftModel.from_pretrained(model, folder)
    outputs = adapted(tokens)
    merged = adapted.merge_and_unload()
    layers = {name: layer.weight.T.flatten().tolist() for name, layer in merged.named_modules() if isinstance(layer, nn.Linear)}
print(json.dumps({"plain": plain.flatten().tolist(), "outputs": outputs.flatten().tolist(), "merged": layers}))
`

it('has both files of PEFT’s layout, each adapter as (rank, input) and (output, rank)', async () => {
  await writePeft(folder, weights, document.graph)
  const { tensors } = readSafeTensors(await readFile(join(folder, 'adapter_model.safetensors')))
  const query = 'base_model.model.self-attention.query'
  expect(tensors.get(`${query}.lora_A.weight`)!.shape).toEqual([2, 4])
  const b = states['self-attention/query-lora-b']!
  expect([...tensors.get(`${query}.lora_B.weight`)!.data]).toEqual([0, 4, 1, 5, 2, 6, 3, 7].map((i) => b[i]))
  expect(tensors.size).toBe(2 * 6)
  expect(JSON.parse(await readFile(join(folder, 'adapter_config.json'), 'utf8'))).toMatchObject({
    peft_type: 'LORA',
    r: 2,
    lora_alpha: 3,
    rank_pattern: { '^feed-forward\\.up': 3, '^feed-forward\\.down': 3 },
    alpha_pattern: { '^feed-forward\\.up': 1, '^feed-forward\\.down': 1 },
  })
})

it('is read by PEFT, with the outputs of the lab and the merged matrices of mergeAdapters', async (context) => {
  needsWitness(context)
  await writePeft(folder, weights, document.graph)
  const feeds = feedsOf(program)
  await writeFile(join(folder, 'weights.safetensors'), writeSafeTensors({ tensors: weights, metadata: {} }))
  const tokens = Array.from({ length: 2 }, (_, row) => [...feeds['tokens']!.subarray(row * 6, row * 6 + 6)])
  await writeFile(join(folder, 'tokens.json'), JSON.stringify(tokens))
  const told = JSON.parse(await runWitness(['-c', script, folder])) as {
    plain: number[]
    outputs: number[]
    merged: Record<string, number[]>
  }
  const logits = interpret(program, feeds, states, ['logits']).get('logits')!
  expect(told.outputs).toHaveLength(logits.length)
  logits.forEach((value, i) => expect(told.outputs[i]).toBeCloseTo(value, 5))
  expect(logits.some((value, i) => Math.abs(value - told.plain[i]!) > 0.01)).toBe(true)
  const { tensors, matrices } = mergeAdapters(weights, document.graph)
  expect(matrices).toHaveLength(6)
  for (const matrix of matrices) {
    const found = told.merged[matrix.replace('/', '.')]!
    tensors.get(matrix)!.data.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5))
  }
})
