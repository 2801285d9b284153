/** For tests: a kit of the example folder, and submissions to it whose figures are made up but consistent. */
import { resolve } from 'node:path'
import type { WorkManifest } from '@core/classroom/work'
import type { LabDocument } from '@core/lab/document'
import { createLabs } from '../../service/labs'
import { readArchive, writeArchive } from '../archive'
import { makeKit, type MadeKit } from '../kit'
import { listed } from '../manifest'
import type { Reexecute, Reexecution } from '../reexecution'
import { environmentHere } from '../work'

const resources = resolve(import.meta.dirname, '../../../../resources')
export const labs = createLabs(resolve(resources, 'labs'))
export const exampleKit = (): Promise<MadeKit> =>
  makeKit(resolve(resources, 'example-kit'), { version: '1.0.0', labOf: (id) => labs.read(id) })

export type Bytes = Uint8Array<ArrayBuffer>
export const json = (value: unknown): Bytes => new TextEncoder().encode(JSON.stringify(value))

/** What the fake re-execution finds: it depends on the seed and on the weights only. */
const found = ({ training: { seed, steps } }: LabDocument, weights: Uint8Array | null): Reexecution => ({
  engine: 'tfjs',
  steps,
  stateHash: weights ? new TextDecoder().decode(weights) : String(seed % 10).repeat(64),
  validation: { loss: 0.25, accuracy: seed === 3 ? 0.5 : 0.95 },
  hidden: { 'other-sequences': { loss: 0.25, accuracy: seed === 3 ? 0.5 : 0.95 } },
  losses: Object.fromEntries([1, 100, 200].map((step) => [step, Math.fround(1 / step)])),
})
export const fakeReexecute: Reexecute = ({ lab, weights, hidden }) => {
  const result = found(lab, weights)
  const asked = Object.entries(result.hidden).filter(([name]) => name in hidden)
  return Promise.resolve({ ...result, hidden: Object.fromEntries(asked) })
}

export async function exampleWork(
  kit: MadeKit,
  changes: Partial<WorkManifest> = {},
  lab?: LabDocument,
  weights: Bytes | null = null,
): Promise<Bytes> {
  const trained = lab ?? { ...(await labs.read('reverse')), training: { ...(await labs.read('reverse')).training, steps: 200 } }
  const { validation, stateHash, losses } = found(trained, null)
  const files = new Map([['labs/1.json', json(trained)], ...(weights ? [['weights/1.safetensors', weights] as const] : [])])
  const manifest: WorkManifest = {
    ...{
      format: 'attention-lab-work',
      version: 1,
      kit: kit.manifest.id,
      pupil: 'Ada',
      made: '2026-11-29T10:00:00.000Z',
      lessons: {},
    },
    runs: [
      {
        ...{ assignment: 'reverse', lab: 'labs/1.json', data: null, weights: weights ? 'weights/1.safetensors' : null },
        ...{ environment: environmentHere('tfjs', '1.0.0'), steps: 200, evaluation: validation, stateHash },
        curve: { steps: Object.keys(losses).map(Number), values: Object.values(losses) },
      },
    ],
    files: listed(files),
    ...changes,
  }
  return writeArchive(new Map([...files, ['work.json', json(manifest)]]))
}

/** Changed by somebody who corrects every hash. */
export function altered(
  work: Bytes,
  change: (manifest: WorkManifest) => object,
  replaced: Readonly<Record<string, Bytes>> = {},
): Bytes {
  const files = new Map([...readArchive(work), ...Object.entries(replaced)])
  const manifest = JSON.parse(new TextDecoder().decode(files.get('work.json'))) as WorkManifest
  files.delete('work.json')
  return writeArchive(new Map([...files, ['work.json', json({ ...manifest, files: listed(files), ...change(manifest) })]]))
}
