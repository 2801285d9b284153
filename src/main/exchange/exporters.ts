/** The formats that a model can be exported to: one line each. */
import type { ExportTarget } from '@core/contract/exchange'
import type { Exporter } from './exporter'
import { huggingface } from './huggingface'
import { onnx } from './onnx'
import { pytorch } from './pytorch'
import { safetensors } from './safetensors'
import { tensorboard } from './tensorboard'

export const exporters: Readonly<Record<ExportTarget, Exporter>> = {
  pytorch,
  huggingface,
  onnx,
  safetensors,
  tensorboard,
}
