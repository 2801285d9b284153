/**
 * A training step on as many threads as are fastest. The number changes between steps and changes no byte: another one is taken
 * only when the same step gave the same bytes with it.
 */
import type { EmittedModel } from '@core/onnx/emit'
import type { Feeds, TensorData } from '@engine/executor'
import type { OnnxRuntime } from './runtime'
import { Session } from './session'
import type { OnnxStates, Segment } from './states'
import { ThreadChoice } from './thread-choice'

export class StepSession {
  private readonly choice: ThreadChoice
  private readonly proven: Set<number>
  private threads: number

  private constructor(
    private readonly runtime: OnnxRuntime,
    private readonly emitted: EmittedModel,
    private session: Session,
    counts: readonly number[],
  ) {
    this.choice = new ThreadChoice(counts)
    this.threads = this.choice.current
    this.proven = new Set([this.threads])
  }

  /** Begins with the first of the numbers of threads. */
  static async open(runtime: OnnxRuntime, emitted: EmittedModel, counts: readonly number[]): Promise<StepSession> {
    return new StepSession(runtime, emitted, await Session.open(runtime, emitted, 'step', counts[0]), counts)
  }

  /** The number of threads that was found to be fastest; null until then. */
  get chosen(): number | null {
    return this.choice.chosen
  }

  async run(feeds: Feeds, store: OnnxStates, segments: ReadonlyMap<string, Segment>): Promise<Map<string, TensorData>> {
    const step = () => this.session.run(feeds, store, segments)
    while (this.threads !== this.choice.current) await this.change(this.choice.current, step, segments)
    const began = performance.now()
    const outputs = await step()
    this.choice.add(performance.now() - began)
    return outputs
  }

  release(): Promise<void> {
    return this.session.release()
  }

  /** Nothing is kept of the steps taken here: they show whether bytes are the same, and have the new session allocate its memory. */
  private async change(
    threads: number,
    step: () => Promise<Map<string, TensorData>>,
    segments: ReadonlyMap<string, Segment>,
  ): Promise<void> {
    const result = async () => [...(await step()).values(), ...[...segments.values()].map(({ next }) => next.slice())]
    const expected = this.proven.has(threads) ? null : await result()
    const before = this.session
    this.session = await Session.open(this.runtime, this.emitted, 'step', threads)
    this.threads = threads
    await before.release()
    if (!expected) await step()
    else if (sameBytes(expected, await result())) this.proven.add(threads)
    else this.choice.exclude()
  }
}

function sameBytes(expected: readonly TensorData[], found: readonly TensorData[]): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: TensorData) => Buffer.from(buffer, byteOffset, byteLength)
  return expected.every((data, i) => bytes(data).equals(bytes(found[i]!)))
}
