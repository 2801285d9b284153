/** The host as the page sees it when runs may train in the page: what concerns such a run is answered here, everything else by the host. */
import { labMethods, type LabMethods } from '@core/contract/lab'
import type { Caller, Part } from '@core/contract/table'
import type { RunLabel } from '@core/contract/run-label'
import type { RunOverview, RunsPart } from '@core/contract/runs'
import { toProblem } from '@core/errors'
import { dequal } from 'dequal/lite'
import type { z } from 'zod'
import type { Host, StreamListener, StreamName } from '../api/host'
import type { PageRun } from './page-run'
import type { PageRuns } from './page-runs'

/** Milliseconds between parts of the list of runs. */
const watchEvery = 500

/** Made from what the host has of the runs. */
type Reported = 'kits.submit' | 'kits.validate' | 'class.handIn' | 'exchange.plan' | 'exchange.export'

type Model = z.input<LabMethods['models.look']['argument']>['model']

export function withPageRuns(host: Host, runs: PageRuns): Host {
  /** The run in this page whose model is meant. */
  const held = ({ run: id, step = 'now' }: Model): PageRun | undefined => {
    const run = runs.get(id)
    return run?.isOpen && (step === 'now' || step === run.status.step) ? run : undefined
  }

  const call: Caller<LabMethods> = {
    ...host.call,
    'lab.budget': (argument, options) =>
      runs.chosen.value
        ? runs.budget(labMethods['lab.budget'].argument.parse(argument), options)
        : host.call['lab.budget'](argument, options),
    'runs.start': (argument, options) =>
      // The moments of a run are at the host.
      runs.chosen.value && !argument.fork
        ? runs.start(labMethods['runs.start'].argument.parse(argument))
        : host.call['runs.start'](argument, options),
    'runs.resume': async (argument, options) => {
      if (runs.chosen.value) return runs.resume(labMethods['runs.resume'].argument.parse(argument))
      await runs.leave(argument.run)
      return host.call['runs.resume'](argument, options)
    },
    'runs.command': (argument, options) =>
      runs.get(argument.run)?.command(argument.command, argument.until) ?? host.call['runs.command'](argument, options),
    'runs.tune': (argument, options) =>
      runs.get(argument.run)?.tune(argument.learningRate) ?? host.call['runs.tune'](argument, options),
    'runs.read': (argument, options) => {
      const run = runs.get(argument.run)
      return run ? Promise.resolve({ lab: run.lab, data: run.data }) : host.call['runs.read'](argument, options)
    },
    'runs.remove': async (argument, options) => {
      await runs.leave(argument.run)
      return host.call['runs.remove'](argument, options)
    },
    'models.look': (argument, options) =>
      held(argument.model)?.look(
        labMethods['models.look'].argument.parse(argument).look,
        argument.every ?? null,
        options ?? {},
      ) ?? host.call['models.look'](argument, options),
    'models.evaluate': (argument, options) =>
      held(argument.model)?.evaluate(argument.mutes, options ?? {}) ?? host.call['models.evaluate'](argument, options),
    'models.confusion': (argument, options) =>
      held(argument.model)?.confusion(argument.mutes, options ?? {}) ?? host.call['models.confusion'](argument, options),
    'models.worth': (argument, options) =>
      held(argument.model)?.worth(argument.mutes, options ?? {}) ?? host.call['models.worth'](argument, options),
    'models.patch': (argument, options) =>
      held(argument.model)?.patch(argument.patch, options ?? {}) ?? host.call['models.patch'](argument, options),
    'models.heads': (argument, options) =>
      held(argument.model)?.heads(argument.muting, options ?? {}) ?? host.call['models.heads'](argument, options),
    'models.lens': (argument, options) =>
      held(argument.model)?.lens(labMethods['models.lens'].argument.parse(argument), options ?? {}) ??
      host.call['models.lens'](argument, options),
    'models.circuits': (argument, options) =>
      held(argument.model)?.circuits(argument.head, options ?? {}) ?? host.call['models.circuits'](argument, options),
    'models.tokens': (argument, options) =>
      held(argument.model)?.tokens(argument.sequence, options ?? {}) ?? host.call['models.tokens'](argument, options),
    'models.generate': (argument, options) =>
      held(argument.model)?.generate(labMethods['models.generate'].argument.parse(argument).request, options ?? {}) ??
      host.call['models.generate'](argument, options),
    'kits.submit': reported('kits.submit'),
    'kits.validate': reported('kits.validate'),
    'class.handIn': reported('class.handIn'),
    'exchange.plan': reported('exchange.plan'),
    'exchange.export': reported('exchange.export'),
  }

  /** Made from what the host has of the runs. */
  function reported<K extends Reported>(name: K): Caller<LabMethods>[K] {
    const call = host.call[name] as (...given: readonly unknown[]) => Promise<unknown>
    return (async (...given: readonly unknown[]) => {
      await runs.settle()
      return call(...given)
    }) as Caller<LabMethods>[K]
  }

  /** The list as the host has it, with the runs of this page as they are here. */
  function watch(listener: StreamListener<RunsPart>): () => void {
    const isHere = (run: string): boolean => runs.get(run) !== undefined
    let shown: readonly RunOverview[] = []
    /** Deleted at the host while they were still here. */
    const gone = new Set<string>()
    /** Labels of all runs: the host keeps them, wherever a run trains. */
    const labels = new Map<string, RunLabel | undefined>()
    const tell = (part: RunsPart): void => {
      for (const { status, label } of part.runs) labels.set(status.run, label)
      for (const run of part.removed) gone.add(run)
      const removed = [...gone].filter((run) => !isHere(run))
      for (const run of removed) gone.delete(run)
      shown = runs.overviews
      listener.onPart({
        runs: [
          ...part.runs.filter(({ status }) => !isHere(status.run)),
          ...shown.map((overview) => ({ ...overview, label: labels.get(overview.status.run) })),
        ],
        removed,
      })
    }
    const stop = host.stream('runs.watch', {}, { ...listener, onPart: tell })
    const timer = setInterval(() => {
      if (!dequal(runs.overviews, shown)) tell({ runs: [], removed: [] })
    }, watchEvery)
    return () => {
      clearInterval(timer)
      stop()
    }
  }

  /** Follows a run to where it trains. */
  function stream<K extends StreamName>(
    name: K,
    argument: z.input<LabMethods[K]['argument']>,
    listener: StreamListener<Part<LabMethods, K>>,
  ): () => void {
    if (name === 'runs.watch') return watch(listener as never)
    const run = runOf(name, argument)
    if (run === null) return host.stream(name, argument, listener)
    const open = (): (() => void) => streamHere(name, argument, listener) ?? host.stream(name, argument, listener)
    let stop = open()
    const forget = runs.onMoved((moved) => {
      if (moved !== run) return
      stop()
      stop = open()
    })
    return () => {
      forget()
      stop()
    }
  }

  /** Null if the run is not in this page. */
  function streamHere<K extends StreamName>(
    name: K,
    argument: z.input<LabMethods[K]['argument']>,
    { onPart, onEnd, onFailure }: StreamListener<Part<LabMethods, K>>,
  ): (() => void) | null {
    if (name === 'runs.follow')
      return (
        runs
          .get((argument as z.input<LabMethods['runs.follow']['argument']>).run)
          ?.follow(onPart as StreamListener<Part<LabMethods, 'runs.follow'>>['onPart']) ?? null
      )
    if (name !== 'models.look') return null
    const { model, look, every } = labMethods['models.look'].argument.parse(argument)
    const run = held(model)
    if (!run) return null
    const abort = new AbortController()
    run.look(look, every, { signal: abort.signal, onPart: onPart as never }).then(
      () => onEnd?.(),
      (error: unknown) => {
        if (!abort.signal.aborted && run.isOpen) onFailure(toProblem(error))
      },
    )
    return () => abort.abort()
  }

  return { ...host, call, stream }
}

/** The run that a stream is about; null for streams that cannot be in the page. */
function runOf(name: StreamName, argument: unknown): string | null {
  if (name === 'runs.follow') return (argument as { run: string }).run
  return name === 'models.look' ? (argument as { model: Model }).model.run : null
}
