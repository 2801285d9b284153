/** Runs one command of the command line and returns its exit code. */
import { BlockList, isIP } from 'node:net'
import { dirname, join } from 'node:path'
import type { Paths } from '../paths'
import { homePath, ownLessonsPath } from '../paths'
import { LabError } from '@core/errors'
import { startBrowserHost, type BrowserHost } from '../serve'
import { describeHost } from '../service/host-description'
import { createTrials } from '../service/trials'
import { createLabs } from '../service/labs'
import { announced } from '../service/serving'
import { forkWorkers } from '../service/spawn-fork'
import type { Texts } from '../texts'
import { parseCommand, UsageError, type Command } from './arguments'
import { bench } from './bench'
import { check } from './check'
import { experiment } from './experiment'
import { exportModels } from './export'
import { kit } from './kit'
import { lesson } from './lesson'
import { generate } from './generate'
import { importModel } from './import'
import { openBrowser } from './open-browser'
import type { Output } from './output'
import { predict } from './predict'
import { report } from './report'
import { state } from './state'
import { sweep } from './sweep'
import { table } from './table'
import { train } from './train'

export interface CommandContext {
  readonly paths: Paths
  readonly output: Output
  readonly texts: Texts
  readonly interrupted: AbortSignal
}

/** Returns 0 for success, 1 with a message on standard error for a failure, 2 with the usage for a usage error. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const { output, texts } = context
  try {
    return await run(parseCommand(args, texts), context)
  } catch (error) {
    if (error instanceof UsageError) {
      output.say(`${error.message}\n\n${texts.cli('usage')}`)
      return 2
    }
    output.say(texts.error(error))
    return 1
  }
}

async function run(command: Command, context: CommandContext): Promise<number> {
  const { paths, output, texts, interrupted } = context
  const labs = createLabs(paths.labs)
  switch (command.name) {
    case 'help':
      output.line(texts.cli('usage'))
      return 0
    case 'version':
      output.line((await describeHost(paths.package, 'browser')).version)
      return 0
    case 'labs': {
      const all = await labs.list()
      if (command.json) all.forEach((lab) => output.json(lab))
      else {
        const rows = all.map((lab) => [lab.id, texts.local(lab.title), lab.task])
        for (const line of table(texts.cli('labColumns').split(','), rows)) output.line(line)
      }
      return 0
    }
    case 'check':
      return check(command, {
        labs,
        trials: createTrials(forkWorkers(paths.worker), () => false, {
          onBegin: () => output.columns !== null && output.say(texts.cli('trying')),
        }),
        interrupted,
        output,
        texts,
      })
    case 'train': {
      const description = await describeHost(paths.package, 'browser')
      const spawn = forkWorkers(paths.worker)
      return train(command.lab, command.json, command, { labs: paths.labs, spawn, description, output, texts, interrupted })
    }
    case 'generate':
      return generate(command.lab, command.json, command, { labs, output, texts, interrupted })
    case 'predict':
      return predict(command.lab, command.json, command, { labs, output, texts })
    case 'state':
      return state(command, { output, texts, interrupted })
    case 'sweep':
      return sweep(command, { labs, output, texts, interrupted, spawn: forkWorkers(paths.worker) })
    case 'report': {
      const { version } = await describeHost(paths.package, 'browser')
      return report(command, { output, texts, version, kept: join(homePath(process.env), 'runs') })
    }
    case 'export':
      return exportModels(command, {
        ...{ labs, output, texts, interrupted, home: homePath(process.env), root: dirname(paths.package) },
      })
    case 'import':
      return importModel(command, { output, texts })
    case 'experiment':
      return experiment(command, {
        ...{ labs, output, texts, interrupted, spawn: forkWorkers(paths.worker) },
        version: (await describeHost(paths.package, 'browser')).version,
      })
    case 'kit': {
      const description = await describeHost(paths.package, 'browser')
      return kit(command, { labs, paths, spawn: forkWorkers(paths.worker), description, output, texts, interrupted })
    }
    case 'lesson': {
      const spawn = forkWorkers(paths.worker)
      return lesson(command, { course: paths.lessons, labs, spawn, output, texts, interrupted })
    }
    case 'bench':
      return bench(command, {
        spawn: forkWorkers(paths.worker),
        peers: paths.peers,
        output,
        texts,
        interrupted,
      })
    case 'serve':
      return serve(command, context)
  }
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4'))

/** If another browser host uses the home, prints its address, and with `open` opens its page. Rethrows any other error. */
async function leadToOther(error: unknown, home: string, open: boolean, { output, texts }: CommandContext): Promise<number> {
  const isTaken = error instanceof LabError && error.code === 'home.in-use'
  const address = isTaken ? await announced(home) : null
  if (address === null) throw error
  output.say(`${texts.error(error)} ${texts.cli('servingElsewhere', { address })}`)
  if (!open) return 1
  await openBrowser(address, home)
  return 0
}

/** Runs until interrupted. */
async function serve(command: Command & { name: 'serve' }, context: CommandContext): Promise<number> {
  const { paths, output, texts, interrupted } = context
  const { host, port } = command
  const log = (where: string, error: unknown): void => output.say(`${where}: ${texts.error(error)}`)
  const home = homePath(process.env)
  let server: BrowserHost
  try {
    const onWait = (): void => output.say(texts.cli('servingWaits'))
    const ownLessons = command.lessons ?? ownLessonsPath(process.env)
    server = await startBrowserHost(paths, {
      ...{ host, port, home, ownLessons, log, interrupted, onWait },
      classTitle: command.classTitle,
    })
  } catch (error) {
    if (interrupted.aborted) return 0
    return leadToOther(error, home, command.open, context)
  }
  if (command.json) output.json({ type: 'serving', address: server.address, ...server.class })
  else output.line(texts.cli('serving', { address: server.address }))
  if (server.class && !command.json) {
    const { addresses, code } = server.class
    output.line(texts.cli('deskDoor', { addresses: addresses.join(', ') || '–', code }))
  }
  output.say(texts.cli('servingHint'))
  if (!server.class && !isLoopback(host)) output.say(texts.cli('servingOthers', { host }))
  if (command.open) await openBrowser(server.address, home).catch((error: unknown) => log('open', error))
  if (!interrupted.aborted) await new Promise((resolve) => interrupted.addEventListener('abort', resolve, { once: true }))
  await server.close()
  return 0
}
