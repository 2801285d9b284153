/** The TensorFlow.js engine with the WASM files of the installed package. */
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import type { Executor } from '@engine/executor'
import { createTfjsExecutor } from '@engine/tfjs/executor'

export const wasmFolder = (): string => dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep

/** Throws LabError `engine.unavailable`. */
export const createInstalledTfjs = (): Promise<Executor> => createTfjsExecutor(wasmFolder)
