/** The self-test with real trainings, in the built worker; and the command around it. */
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { description } from '../service/testing/clients'
import { forkWorkers } from '../service/spawn-fork'
import { selftest, selftestSteps } from './selftest'

const root = resolve(import.meta.dirname, '../../..')
const resources = join(root, 'resources')

it('passes: the same bytes when trained again, and every change is noticed', { timeout: 240_000 }, async () => {
  const steps = []
  const interrupted = new AbortController().signal
  const folders = {
    labs: join(resources, 'labs'),
    lessons: join(resources, 'lessons'),
    example: join(resources, 'example-kit'),
  }
  for await (const step of selftest({
    spawn: forkWorkers(join(root, 'out/main/worker.js')),
    description,
    interrupted,
    ...folders,
  }))
    steps.push(step)
  expect(steps.map(({ step, ok }) => [step, ok])).toEqual(selftestSteps.map((step) => [step, true]))
})
