/** A GPT-2 of two layers with a tokeniser of a few letters, as the files of its folder. */
import type { SafeTensor } from '@engine/safetensors'

const [width, layers, rows, positions] = [8, 2, 6, 16]

export function smallModel() {
  const config = {
    ...{ model_type: 'gpt2', vocab_size: rows, n_embd: width, n_head: 2, n_layer: layers, n_positions: positions },
    ...{ activation_function: 'gelu_new', resid_pdrop: 0.1, embd_pdrop: 0.1, attn_pdrop: 0.1, layer_norm_epsilon: 1e-5 },
    ...{ initializer_range: 0.02, tie_word_embeddings: true },
  }
  const tokeniser = {
    added_tokens: [
      { id: 5, content: '<end>', lstrip: false, rstrip: false, normalized: false, single_word: false, special: true },
    ],
    normalizer: null,
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'never', split: false },
    post_processor: null,
    model: {
      type: 'BPE',
      vocab: { '▁': 0, a: 1, b: 2, ab: 3, '▁ab': 4 },
      merges: ['a b', '▁ ab'],
      unk_token: null,
      byte_fallback: false,
    },
  }
  const shapes: [string, number[]][] = [
    ['wte.weight', [rows, width]],
    ['wpe.weight', [positions, width]],
    ['ln_f.weight', [width]],
    ['ln_f.bias', [width]],
  ]
  for (let layer = 0; layer < layers; layer++) {
    const own: Record<string, number[]> = {
      ...{ 'ln_1.weight': [width], 'ln_1.bias': [width], 'ln_2.weight': [width], 'ln_2.bias': [width] },
      ...{ 'attn.c_attn.weight': [width, 3 * width], 'attn.c_attn.bias': [3 * width] },
      ...{ 'attn.c_proj.weight': [width, width], 'attn.c_proj.bias': [width] },
      ...{ 'mlp.c_fc.weight': [width, 4 * width], 'mlp.c_fc.bias': [4 * width] },
      ...{ 'mlp.c_proj.weight': [4 * width, width], 'mlp.c_proj.bias': [width] },
    }
    for (const [name, shape] of Object.entries(own)) shapes.push([`h.${layer}.${name}`, shape])
  }
  const tensors = new Map<string, SafeTensor>(
    shapes.map(([name, shape], at) => {
      const size = shape.reduce((product, each) => product * each, 1)
      return [name, { shape, data: Float32Array.from({ length: size }, (_, i) => Math.sin(i + 17 * at)) }]
    }),
  )
  return { config, tokeniser, tensors }
}
