/**
 * Adapters (LoRA) in the layout of Hugging Face's PEFT: `adapter_config.json` and `adapter_model.safetensors`. `PeftModel.from_pretrained` adds
 * them to a PyTorch model that has the matrices as layers of these names.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { adaptersIn, type Adapted } from '@core/graph/adapters'
import type { Given } from '@core/graph/transplant'
import type { Graph } from '@core/lab/document'
import { writeSafeTensors } from '@engine/safetensors'
import { transpose } from './huggingface/mapping'

export const peftFiles = ['adapter_config.json', 'adapter_model.safetensors'] as const

/** The layer of a matrix: `layers.1.attention/query` → `layers.1.attention.query`. */
const layerOf = (matrix: string): string => matrix.replace('/', '.')

/** Writes both files; `layer` names the layer of each matrix in the PyTorch model. `graph` is that of the weights. */
export async function writePeft(
  folder: string,
  weights: ReadonlyMap<string, Given>,
  graph: Graph,
  layer: (matrix: string) => string = layerOf,
): Promise<void> {
  const adapters = adaptersIn(weights, graph)
  const tensors = adapters.flatMap(({ matrix, a, b }) => [
    [`base_model.model.${layer(matrix)}.lora_A.weight`, turned(a)] as const,
    [`base_model.model.${layer(matrix)}.lora_B.weight`, turned(b)] as const,
  ])
  const [config, model] = peftFiles
  await writeFile(join(folder, config), `${JSON.stringify(configOf(adapters, layer), null, 2)}\n`)
  await writeFile(join(folder, model), writeSafeTensors({ tensors: new Map(tensors), metadata: { format: 'pt' } }))
}

/** PyTorch's Linear stores (output, input). */
const turned = ({ shape, data }: Given): Given => ({
  shape: shape.toReversed(),
  data: transpose(Float32Array.from(data), shape),
})

/** Rank and α of the first adapter, and of the others where they differ. Patterns are regular expressions for the end of a name. */
function configOf(adapters: readonly Adapted[], layer: (matrix: string) => string): object {
  const { rank = 0, alpha = 0 } = adapters[0] ?? {}
  const others = (figure: 'rank' | 'alpha', usual: number) =>
    Object.fromEntries(
      adapters
        .filter((each) => each[figure] !== usual)
        .map((each) => [`^${layer(each.matrix).replaceAll('.', '\\.')}`, each[figure]]),
    )
  return {
    ...{ peft_type: 'LORA', task_type: null, base_model_name_or_path: null, inference_mode: true, bias: 'none' },
    ...{ r: rank, lora_alpha: alpha, lora_dropout: 0, fan_in_fan_out: false, use_rslora: false },
    target_modules: adapters.map(({ matrix }) => layer(matrix)),
    rank_pattern: others('rank', rank),
    alpha_pattern: others('alpha', alpha),
  }
}
