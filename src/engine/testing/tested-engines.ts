/** The engines that the tests of operations and blocks run on: those of the processor, or with `npm run test:gpu` the graphics processor. */
import { engines, gpuEngine, type EngineName } from '@core/contract/engine'

export const onGpu = process.env.ATTENTION_LAB_TEST_GPU === '1'
export const testedEngines: readonly EngineName[] = onGpu ? [gpuEngine] : engines
