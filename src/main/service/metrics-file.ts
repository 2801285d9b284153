/**
 * A run's series as JSON lines: `{step, loss, accuracy, gradientNorm, learningRate}` for each step, and
 * `{evaluation: {step, loss, metrics}}`. Earlier versions wrote the same without norm and rate.
 */
import { createReadStream } from 'node:fs'
import { appendFile, open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { currentNames } from '@core/metrics/names'
import { SeriesCollector } from '@core/series/collector'
import { RunSeries, type SeriesParts } from '@core/series/series'
import { metricOf, validationSeries } from '@core/series/units'

export interface MetricsFile {
  append(parts: SeriesParts): void
  /** Resolves when everything so far is written, or cannot be. */
  written(): Promise<void>
  /** Resolves when everything is written, or cannot be. */
  close(): Promise<void>
}

/** Limit on the characters waiting for disk space; the oldest are dropped. */
const mostWaiting = 16_000_000

/**
 * Appends to the file. Data that could not be written (disk full) is kept and retried with the next. `failed` is called for the
 * first of several failures in a row; the run continues.
 */
export function openMetrics(path: string, failed: (error: Error) => void): MetricsFile {
  let waiting = ''
  let isBroken = false
  /** A failed write, or a process killed while writing, may have left an incomplete line. */
  let startsLine: boolean | null = null
  let writing: Promise<void> | null = null

  async function write(): Promise<void> {
    while (waiting !== '') {
      const lines = waiting
      waiting = ''
      try {
        startsLine ??= await endsInLine(path)
        await appendFile(path, startsLine ? lines : `\n${lines}`)
        startsLine = true
        isBroken = false
      } catch (error) {
        if (!isBroken) failed(error as Error)
        isBroken = true
        startsLine = null
        waiting = (lines + waiting).slice(-mostWaiting)
        return
      }
    }
  }
  async function settled(): Promise<void> {
    await writing
    await flush()
  }
  const flush = (): Promise<void> => (writing ??= write().finally(() => (writing = null)))
  return {
    append(parts) {
      waiting += linesOf(parts).join('')
      void flush()
    },
    written: settled,
    close: settled,
  }
}

/** Whether the next line can follow directly: the file is missing, empty, or ends with a line break. */
async function endsInLine(path: string): Promise<boolean> {
  const file = await open(path).catch(() => null)
  if (!file) return true
  try {
    const { size } = await file.stat()
    return size === 0 || (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] === 0x0a
  } finally {
    await file.close()
  }
}

type Row = Record<string, number>

function linesOf(parts: SeriesParts): string[] {
  const steps = new Map<number, Row>()
  const evaluations = new Map<number, Row>()
  for (const [name, points] of Object.entries(parts)) {
    const metric = metricOf(name)
    const rows = metric === null ? steps : evaluations
    points.steps.forEach((step, index) => {
      const row = rows.get(step) ?? {}
      rows.set(step, row)
      row[metric ?? name] = points.values[index]!
    })
  }
  return [
    ...Array.from(steps, ([step, row]) => ({ step, ...row })),
    ...Array.from(evaluations, ([step, { loss, ...metrics }]) => ({ evaluation: { step, loss, metrics } })),
  ].map((line) => JSON.stringify(line) + '\n')
}

const value = z.number().nullable() // JSON has no NaN: it is written as null
const stepCount = z.number().int().min(1).max(10_000_000)
const stepLine = z.object({ step: stepCount }).catchall(value)
const evaluationLine = z.object({
  evaluation: z.object({
    step: stepCount.or(z.literal(0)),
    loss: value.optional(),
    metrics: z.record(z.string(), value).transform(currentNames),
  }),
})

/** The series in a file, read in time linear in its length. A missing file has none; a damaged line leaves a gap. */
export async function readMetrics(path: string): Promise<RunSeries> {
  const reader = new Reader()
  try {
    for await (const line of createInterface({ input: createReadStream(path) })) reader.line(line)
  } catch {
    // no file: nothing was ever written
  }
  return reader.end()
}

/** Number of lines collected before they are added to the series, as each addition has a fixed cost. */
const mostCollected = 4096

class Reader {
  readonly #series = new RunSeries()
  readonly #collected = new SeriesCollector()
  #lines = 0
  #step = 0
  #evaluated = -1

  line(text: string): void {
    let parsed: unknown
    try {
      parsed = JSON.parse(text)
    } catch {
      return
    }
    const step = stepLine.safeParse(parsed).data
    if (step) return this.#addStep(step)
    const evaluation = evaluationLine.safeParse(parsed).data?.evaluation
    if (evaluation) this.#addEvaluation(evaluation)
  }

  end(): RunSeries {
    this.#flush()
    return this.#series
  }

  #addStep({ step, ...values }: z.infer<typeof stepLine>): void {
    if (step <= this.#step) this.#cut(step - 1) // the run resumed from an earlier checkpoint
    this.#step = step
    this.#collect(step, Object.entries(values))
  }

  #addEvaluation({ step, loss, metrics }: z.infer<typeof evaluationLine>['evaluation']): void {
    if (step <= this.#evaluated) this.#flush()
    this.#evaluated = step
    const values = Object.entries({ ...metrics, loss: loss ?? null })
    this.#collect(
      step,
      values.map(([metric, number]) => [validationSeries(metric), number]),
    )
  }

  #cut(step: number): void {
    this.#flush()
    this.#series.cut(step)
    this.#evaluated = Math.min(this.#evaluated, step)
  }

  #collect(step: number, values: readonly (readonly [name: string, value: number | null])[]): void {
    for (const [name, number] of values) {
      if (number !== null) this.#collected.add(name, step, number)
    }
    if (++this.#lines >= mostCollected) this.#flush()
  }

  #flush(): void {
    this.#series.add(this.#collected.take())
    this.#lines = 0
  }
}
