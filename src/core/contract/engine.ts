/** Compute engines. Both give the same numbers; ONNX Runtime is several times faster, TensorFlow.js runs on every machine. */
import { z } from 'zod'

export const engines = ['onnxruntime', 'tfjs'] as const
export type EngineName = (typeof engines)[number]

/** `auto` is the first engine that starts. */
export const engineChoices = ['auto', ...engines] as const
export type EngineChoice = (typeof engineChoices)[number]

export const engineChoice = z.enum(engineChoices)
