/** Where things lie in the built application. */
import { homedir } from 'node:os'
import { join } from 'node:path'

export interface Paths {
  /** The worker's script. */
  readonly worker: string
  /** The script of a worker's threads. */
  readonly shard: string
  readonly page: string
  readonly preload: string
  readonly labs: string
  readonly lessons: string
  /** An example of a class kit, as a teacher writes it. */
  readonly exampleKit: string
  /** The benchmark's scripts for other libraries; in a clone only. */
  readonly peers: string
  readonly package: string
}

/** `main` is the folder of the built composition root that asks: only it knows where it is. */
export function builtPaths(main: string): Paths {
  return {
    worker: join(main, 'worker.js'),
    shard: join(main, 'shard.js'),
    page: join(main, '..', 'renderer'),
    preload: join(main, '..', 'preload', 'index.cjs'),
    peers: join(main, '..', '..', 'bench', 'peers'),
    labs: join(main, '..', '..', 'resources', 'labs'),
    lessons: join(main, '..', '..', 'resources', 'lessons'),
    exampleKit: join(main, '..', '..', 'resources', 'example-kit'),
    package: join(main, '..', '..', 'package.json'),
  }
}

/** A teacher's own folder of lessons: ATTENTION_LAB_LESSONS; null for none. */
export const ownLessonsPath = (environment: NodeJS.ProcessEnv): string | null => environment.ATTENTION_LAB_LESSONS || null

/** Where runs and data are kept: ATTENTION_LAB_HOME, or the platform's folder for an application's data. */
export function homePath(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const { ATTENTION_LAB_HOME, APPDATA, XDG_DATA_HOME } = environment
  if (ATTENTION_LAB_HOME) return ATTENTION_LAB_HOME
  if (platform === 'win32') return join(APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Attention Lab')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Attention Lab')
  return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'attention-lab')
}
