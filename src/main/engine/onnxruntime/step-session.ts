/**
 * A training step on the number of threads that is fastest. The number may change between steps, but never the results: another one is
 * accepted only if the same step yields the same bytes with it.
 */
import type { EmittedModel } from '@core/onnx/emit'
import type { Feeds, TensorData } from '@engine/executor'
import type { OnnxRuntime, Purpose } from './runtime'
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
    private readonly purpose: Purpose,
  ) {
    this.choice = new ThreadChoice(counts)
    this.threads = this.choice.current
    this.proven = new Set([this.threads])
  }

  /** Starts with the first of the candidate numbers of threads. */
  static async open(
    runtime: OnnxRuntime,
    emitted: EmittedModel,
    counts: readonly number[],
    purpose: Purpose = 'step',
  ): Promise<StepSession> {
    return new StepSession(runtime, emitted, await Session.open(runtime, emitted, purpose, counts[0]), counts, purpose)
  }

  /** The number of threads found to be fastest; null until it is known. */
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

  /** The results of these steps are discarded: they check that the bytes are equal, and make the new session allocate its memory. */
  private async change(
    threads: number,
    step: () => Promise<Map<string, TensorData>>,
    segments: ReadonlyMap<string, Segment>,
  ): Promise<void> {
    const result = async () => [...(await step()).values(), ...[...segments.values()].map(({ next }) => next.slice())]
    const expected = this.proven.has(threads) ? null : await result()
    const before = this.session
    this.session = await Session.open(this.runtime, this.emitted, this.purpose, threads)
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
