/** The storage of each user: runs, data, unsaved work, and what pages remember. Workspaces are isolated from each other. */
import { join } from 'node:path'
import { owner } from '@core/contract/client'
import { createDataStore, type DataStore } from './data'
import { createDrafts, type Drafts } from './drafts'
import { openExperiments, type Experiments } from './experiments'
import type { Helper } from './helper'
import { makeFolder } from './make-folder'
import { createMemory, type Memory } from './memory'
import { openKits, type Kits, type KitsOptions } from './kits'
import { createProgress, type Progress } from './progress'
import type { RunQueue } from './queue'
import { Runs, type RunsOptions } from './runs'
import type { Spawn } from './spawn'
import { createTaskSpecs, type TaskSpecs } from './task-specs'

export interface Workspace {
  readonly folder: string
  readonly data: DataStore
  readonly specs: TaskSpecs
  readonly memory: Memory
  readonly drafts: Drafts
  readonly runs: Runs
  readonly experiments: Experiments
  readonly progress: Progress
  readonly kits: Kits
}

export interface WorkspacesOptions extends Omit<RunsOptions, 'directory' | 'folderOf' | 'readData' | 'queue'> {
  readonly queue: RunQueue
  /**
   * The owner's workspace, with `runs/`, `data/`, `drafts/`, `experiments/`, `progress/` and `memory.json`; those of others are
   * in `workspaces/NAME`.
   */
  readonly home: string
  readonly spawn: Spawn
  /** For short jobs of all workspaces. */
  readonly helper: Helper
  /** Folder of a run's files, by default `runs/ID` of its workspace. */
  readonly runFolder: ((id: string) => string) | undefined
  /** Creates the store for the texts of a workspace, given its folder. */
  readonly createData: ((directory: string) => DataStore) | undefined
  /** Version of the application. */
  readonly version: string
  /** Questions of the course, for grading. */
  readonly questions: KitsOptions['questions']
  readonly log: (where: string, error: unknown) => void
}

const name = /^[a-z0-9-]{1,64}$/

export class Workspaces {
  readonly #options: WorkspacesOptions
  readonly #opening = new Map<string, Promise<Workspace>>()
  readonly #open: Workspace[] = []

  constructor(options: WorkspacesOptions) {
    this.#options = options
  }

  /** Opens it on first use. */
  of(workspace: string): Promise<Workspace> {
    const opening = this.#opening.get(workspace) ?? this.#openFolder(workspace)
    this.#opening.set(workspace, opening)
    opening.catch(() => this.#opening.delete(workspace)) // allow another attempt later
    return opening
  }

  /** Open workspaces. */
  all(): readonly Workspace[] {
    return this.#open
  }

  #folderOf(workspace: string): string {
    if (!name.test(workspace)) throw new TypeError(`“${workspace}” is no name of a workspace`)
    const { home } = this.#options
    return workspace === owner.workspace ? home : join(home, 'workspaces', workspace)
  }

  async #openFolder(workspace: string): Promise<Workspace> {
    const folder = this.#folderOf(workspace)
    const queue = this.#options.queue.of(workspace)
    const { spawn, log, runFolder, createData = createDataStore, version, questions } = this.#options
    const directory = join(folder, 'runs')
    await makeFolder(directory)
    const data = createData(join(folder, 'data'))
    const runs = await Runs.open({
      ...this.#options,
      queue,
      directory,
      folderOf: runFolder ?? ((id) => join(directory, id)),
      readData: (id) => data.read(id),
    })
    const memory = createMemory(join(folder, 'memory.json'), log)
    const progress = createProgress(join(folder, 'progress'), log)
    const drafts = createDrafts(join(folder, 'drafts'), memory, log)
    const experiments = await openExperiments({ ...this.#options, queue, directory: join(folder, 'experiments') })
    const kits = await openKits({
      ...{
        directory: join(folder, 'kits'),
        spawn,
        helper: this.#options.helper,
        core: queue.core,
        version,
        data,
        runs,
        log,
        questions,
      },
      progress: () => progress.recall(),
    })
    const opened = { folder, kits, data, specs: createTaskSpecs(data, spawn), memory, drafts, runs, experiments, progress }
    this.#open.push(opened)
    return opened
  }
}
