/** The formats that a model can be exported to: one line each. */
import type { ExportTarget } from '@core/contract/exchange'
import type { Exporter } from './exporter'
import { huggingface } from './huggingface'
import { onnx } from './onnx'
import { pytorch } from './pytorch'
import { safetensors } from './safetensors'
import { tensorboard } from './tensorboard'

/** Those that are available; the type lists all, so that none is forgotten. */
export const exporters: Readonly<Record<ExportTarget, Exporter | null>> = {
  pytorch,
  huggingface,
  onnx,
  safetensors,
  tensorboard,
}
