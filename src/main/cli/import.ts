/** `import FOLDER`: a model of Hugging Face becomes a folder like those that `train --out` saves; without --out, only what would become of it. */
import { basename, resolve } from 'node:path'
import { fates, type ImportReport } from '@core/contract/import'
import type { Problem } from '@core/errors'
import { formatCount } from '@core/numbers'
import { decodeText } from '@core/tasks/text'
import { keepModel } from '../exchange/huggingface/keep-model'
import { planImport } from '../exchange/huggingface/read-model'
import type { Texts } from '../texts'
import { claimOutFolder } from './out-folder'
import type { Output } from './output'
import { readData } from './read-lab'
import { table } from './table'

export interface ImportRequest {
  readonly json: boolean
  readonly folder: string
  /** New or empty; null to write nothing. */
  readonly out: string | null
  /** Tokens of a sequence. */
  readonly length: number | null
  /** The learner's own text. */
  readonly data: string | null
}

/** Exit code 0. Throws LabError for every failure; nothing is then left in the folder. */
export async function importModel(
  { json, folder, out, length, data }: ImportRequest,
  { output, texts }: { readonly output: Output; readonly texts: Texts },
): Promise<number> {
  const text = data === null ? null : decodeText(await readData(data)).text
  const plan = await planImport(folder, { length, text })
  try {
    const { notices } = plan.task.spec
    if (json) output.json({ type: 'plan', ...plan.report, task: plan.lab.task, notices })
    else tell(plan.report, notices, output, texts)
    if (out === null) return 0
    const claimed = await claimOutFolder(out)
    try {
      const states = await plan.read()
      await keepModel(claimed.path, runName(folder), plan, states, true)
    } finally {
      await claimed.release()
    }
    if (json) output.json({ type: 'done', path: claimed.path })
    else output.line(texts.cli('imported', { path: claimed.path }))
    return 0
  } finally {
    await plan.close()
  }
}

/** Suits a run, whose name becomes that of a folder. */
const runName = (folder: string): string =>
  `imported-${basename(resolve(folder))
    .replace(/[^\w-]+/g, '-')
    .slice(0, 50)}`

function tell(
  { model, parameters, bytes, tensors }: ImportReport,
  notices: readonly Problem[],
  output: Output,
  texts: Texts,
): void {
  const megabytes = Math.ceil(bytes / 2 ** 20)
  output.line(texts.cli('importModel', { type: model, parameters: formatCount(parameters), megabytes }))
  const counted = fates.map((fate) => [fate, tensors.filter((each) => each.fate === fate)] as const)
  const rows = counted.flatMap(([fate, some]) => (some.length > 0 ? [[texts.cli(`import-${fate}`), String(some.length)]] : []))
  for (const line of table(texts.cli('importColumns').split(','), rows)) output.line(line)
  for (const [fate, some] of counted.filter(([each]) => each === 'left over' || each === 'missing')) {
    for (const { tensor } of some) output.say(`${texts.cli(`import-${fate}`)}: ${tensor}`)
  }
  for (const notice of notices) output.say(texts.problem(notice))
}
