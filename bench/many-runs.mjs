/** Runs on the disk as a host keeps them, for benchmarks: labels, forks, and series of any length. */
import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../scripts/process.mjs'

/** Labs of which each run trains one, so that runs differ in task, settings and graph. */
const labs = ['reverse', 'sort', 'pos-tagging'].map((name) =>
  JSON.parse(readFileSync(join(root, 'resources', 'labs', `${name}.json`), 'utf8')),
)
const metricsFiles = 5

/**
 * @param {string} workspace
 * @param {number} count
 * @param {number} steps
 */
export function makeRuns(workspace, count, steps) {
  const runs = join(workspace, 'runs')
  const template = join(workspace, 'metrics')
  mkdirSync(template, { recursive: true })
  for (let file = 0; file < metricsFiles; file++) writeFileSync(join(template, `${file}.jsonl`), metrics(steps, file))
  const idOf = (index) => `${(Date.UTC(2026, 0, 1) + index * 3_600_000).toString(36)}-${index.toString(16).padStart(12, '0')}`
  for (let index = 0; index < count; index++) {
    const run = idOf(index)
    const folder = join(runs, run)
    mkdirSync(folder, { recursive: true })
    const lab = structuredClone(labs[index % labs.length])
    lab.training = { ...lab.training, steps, seed: 1 + (index % 4), batchSize: index % 2 ? 32 : 16 }
    const request = { lab, engine: 'tfjs', data: null }
    writeFileSync(join(folder, 'lab.json'), JSON.stringify(request))
    // The same content under many names: what is read and sent is as long as for files of their own.
    linkSync(join(template, `${index % metricsFiles}.jsonl`), join(folder, 'metrics.jsonl'))
    const forked = index % 10 === 9 ? { forkedFrom: { run: idOf(index - 3), step: steps / 2 } } : {}
    const points = Array.from({ length: 48 }, (_, at) => Math.round((at * steps) / 47))
    const record = {
      status: {
        ...{ run, state: index % 7 === 3 ? 'stopped' : 'finished', step: steps, steps, engine: 'tfjs', ...forked },
        ...{ learningRate: 0.001, parameters: 12_345, checkpoint: null, problem: null, baseline: { accuracy: 0.1 } },
      },
      summary: null,
      owner: 0,
      outline: {
        title: lab.title,
        task: lab.task.kind,
        loss: lossAt(steps, index),
        evaluation: { step: steps, loss: lossAt(steps, index) * 1.1, metrics: { accuracy: 1 - lossAt(steps, index) / 4 } },
        curve: { steps: points, values: points.map((step) => lossAt(step, index)) },
      },
    }
    writeFileSync(join(folder, 'run.json'), JSON.stringify(record))
    const label = {
      name: index % 3 ? `Run ${index}` : '',
      note: index % 5 ? '' : 'A note',
      tags: [`t${index % 6}`],
      starred: index % 11 === 0,
    }
    writeFileSync(join(folder, 'label.json'), JSON.stringify(label))
  }
  return { first: idOf(0), idOf }
}

const lossAt = (step, kind) => 2.5 * Math.exp(-step / (1500 + 300 * (kind % 5))) + 0.05 * (1 + (kind % 5))

function metrics(steps, kind) {
  const lines = []
  for (let step = 1; step <= steps; step++) {
    const loss = lossAt(step, kind) * (1 + 0.1 * Math.sin(step * 12.9898 + kind))
    lines.push(JSON.stringify({ step, loss, accuracy: 1 - loss / 4, gradientNorm: loss, learningRate: 0.001 }))
    if (step % 100 === 0)
      lines.push(
        JSON.stringify({
          evaluation: { step, loss: lossAt(step, kind) * 1.1, metrics: { accuracy: 1 - lossAt(step, kind) / 4 } },
        }),
      )
  }
  return lines.join('\n') + '\n'
}
