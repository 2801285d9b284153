/** A run's losses and evaluations: typed arrays that grow by doubling (8 bytes a step), and the same as lines in a file. */
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Evaluation, Telemetry } from '@core/contract/lab'
import { currentNames } from '@core/metrics/names'

export type HistoryPart = Pick<Telemetry, 'firstStep' | 'losses' | 'accuracies' | 'evaluations'>

export class History {
  #losses = new Float32Array(1024)
  #accuracies = new Float32Array(1024)
  #evaluations: Evaluation[] = []
  #length = 0

  /** A part that begins before the end replaces what came after its beginning: the run went on from an earlier checkpoint. */
  add({ firstStep, losses, accuracies, evaluations }: HistoryPart): void {
    const first = firstStep - 1
    const end = first + losses.length
    if (losses.length > 0) {
      if (first < this.#length) this.cut(first)
      if (end > this.#losses.length) {
        this.#losses = grown(this.#losses, end)
        this.#accuracies = grown(this.#accuracies, end)
      }
      this.#losses.fill(NaN, this.#length, first)
      this.#accuracies.fill(NaN, this.#length, first)
      this.#losses.set(losses, first)
      this.#accuracies.set(accuracies, first)
      this.#length = end
    }
    for (const evaluation of evaluations) {
      this.#evaluations = [...this.#evaluations.filter(({ step }) => step < evaluation.step), evaluation]
    }
  }

  cut(steps: number): void {
    this.#length = Math.min(this.#length, steps)
    this.#evaluations = this.#evaluations.filter(({ step }) => step <= steps)
  }

  /** Copies, from step 1 on. */
  snapshot(): { losses: Float32Array; accuracies: Float32Array; evaluations: readonly Evaluation[] } {
    return {
      losses: this.#losses.slice(0, this.#length),
      accuracies: this.#accuracies.slice(0, this.#length),
      evaluations: this.#evaluations,
    }
  }
}

function grown(array: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(Math.max(length, array.length * 2))
  larger.set(array)
  return larger
}

const number = z.number().nullable().default(null) // JSON has no NaN: it becomes null
const stepLine = z.object({ step: z.number().int().min(1).max(10_000_000), loss: number, accuracy: number })
const evaluationLine = z.object({
  evaluation: z.object({
    step: z.number(),
    loss: z.number(),
    metrics: z.record(z.string(), z.number()).transform(currentNames),
  }),
})

export interface MetricsFile {
  append(part: HistoryPart): void
  /** Resolves when all is written. */
  close(): Promise<void>
}

/**
 * Appends lines `{step, loss, accuracy}` for every step, and `{evaluation: {step, loss, metrics}}`. `failed` hears once that the file
 * cannot be written (disk full); the run goes on without it.
 */
export function openMetrics(path: string, failed: (error: Error) => void): MetricsFile {
  const stream = createWriteStream(path, { flags: 'a' })
  let broken = false
  stream.on('error', (error) => {
    if (!broken) failed(error)
    broken = true
  })
  return {
    append({ firstStep, losses, accuracies, evaluations }) {
      if (broken) return
      const steps = Array.from(losses, (loss, index) => ({ step: firstStep + index, loss, accuracy: accuracies[index] }))
      const lines = [...steps, ...evaluations.map((evaluation) => ({ evaluation }))]
      stream.write(lines.map((line) => JSON.stringify(line) + '\n').join(''))
    },
    close: () =>
      new Promise((resolve) => {
        if (broken) resolve()
        else stream.close(() => resolve())
      }),
  }
}

/** The history a file tells. A missing file is an empty history, a damaged line a gap. */
export async function readMetrics(path: string): Promise<History> {
  const history = new History()
  try {
    for await (const line of createInterface({ input: createReadStream(path) })) addLine(history, line)
  } catch {
    // nothing was ever written
  }
  return history
}

function addLine(history: History, line: string): void {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return
  }
  const step = stepLine.safeParse(parsed).data
  const evaluation = evaluationLine.safeParse(parsed).data?.evaluation
  const single = (value: number | null): Float32Array => new Float32Array([value ?? NaN])
  const none = new Float32Array()
  if (step) history.add({ firstStep: step.step, losses: single(step.loss), accuracies: single(step.accuracy), evaluations: [] })
  else if (evaluation) history.add({ firstStep: 1, losses: none, accuracies: none, evaluations: [evaluation] })
}
