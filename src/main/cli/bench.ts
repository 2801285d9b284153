/** `bench`: every engine, and every peer that is installed, trains the standard models. */
import { engines } from '@core/contract/engine'
import { standardModels, type ModelName } from '@core/models/standard-models'
import { runBench, type NotRun, type Result } from '../bench/bench'
import { NotThere, startEngine } from '../bench/contender'
import { startPeer } from '../bench/peer'
import type { Spawn } from '../service/spawn'
import type { Texts } from '../texts'
import type { Output } from './output'
import { table } from './table'

export const benchModels = ['tiny', 'small', 'nano', 'medium'] as const satisfies readonly ModelName[]
const peers = ['pytorch', 'plainTfjs'] as const
export const contenders = [...engines, ...peers] as const
export type ContenderName = (typeof contenders)[number]

export interface BenchRequest {
  readonly models: readonly ModelName[]
  readonly engines: readonly ContenderName[]
  readonly json: boolean
}

export interface BenchContext {
  readonly spawn: Spawn
  /** Folder of the peers' scripts. */
  readonly peers: string
  readonly output: Output
  readonly texts: Texts
  readonly interrupted: AbortSignal
}

/** Returns the exit code: 0, or 130 if interrupted. Peers that are not installed are reported and are no failure. */
export async function bench({ models, engines: names, json }: BenchRequest, context: BenchContext): Promise<number> {
  const { spawn, output, texts, interrupted } = context
  const results = await runBench<ContenderName>({
    models,
    contenders: names,
    interrupted,
    start: (name, model) =>
      name === 'pytorch' || name === 'plainTfjs'
        ? startPeer(name, standardModels[model], context.peers)
        : startEngine(name, model, standardModels[model], spawn),
    reason: (error) => (error instanceof NotThere ? texts.cli('benchNotThere', { detail: error.message }) : texts.error(error)),
    onResult: (model, name, result) => {
      if (json) output.json({ type: 'result', model, engine: name, ...result })
      else output.say(texts.cli('benchResult', { model, engine: name, result: brief(result, texts) }))
    },
  })
  if (json) output.json({ type: 'done', models: results })
  else {
    const all = Object.entries(results).flatMap(([model, of]) =>
      Object.entries(of).map(([name, result]) => ({ model, name, result })),
    )
    const rows = all.flatMap(({ model, name, result }) => ('notRun' in result ? [] : [[model, name, ...columns(result)]]))
    for (const line of table(texts.cli('benchColumns').split(','), rows)) output.line(line)
  }
  return interrupted.aborted ? 130 : 0
}

const brief = (result: Result | NotRun, texts: Texts): string =>
  'notRun' in result ? texts.cli('benchNotRun', { reason: result.notRun }) : `${result.msPerStep.toPrecision(3)} ms`

function columns(result: Result): string[] {
  const { msPerStep, minimum, maximum, stepsPerSecond, tokensPerSecond, gigaflops, peakShare, peakBytes } = result
  return [
    msPerStep.toPrecision(3),
    `${minimum.toPrecision(3)}–${maximum.toPrecision(3)}`,
    stepsPerSecond.toPrecision(3),
    String(Math.round(tokensPerSecond)),
    gigaflops.toPrecision(3),
    peakShare === null ? '–' : `${Math.round(100 * peakShare)} %`,
    `${Math.round(peakBytes / 2 ** 20)} MiB`,
  ]
}
