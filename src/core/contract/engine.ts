/**
 * Compute engines. Those of the processor give the same numbers up to rounding; ONNX Runtime is several times faster, TensorFlow.js runs on
 * every machine. `onnxruntime-gpu` is ONNX Runtime on a graphics processor, where there is one.
 */
import { z } from 'zod'

/** On the processor. */
export const engines = ['onnxruntime', 'tfjs'] as const
export const gpuEngine = 'onnxruntime-gpu'
export type EngineName = (typeof engines)[number] | typeof gpuEngine

/** `auto` is the first engine of the processor that starts, or the graphics processor if a trial of the lab found it faster. */
export const engineChoices = ['auto', ...engines, gpuEngine] as const
export type EngineChoice = (typeof engineChoices)[number]

export const engineChoice = z.enum(engineChoices)

/** Error codes of a graphics processor that cannot go on: another engine can. */
const deviceProblems: readonly string[] = ['engine.no-device', 'engine.device-lost', 'engine.device-memory']
export const isOfDevice = (code: string): boolean => deviceProblems.includes(code)
