import type { TestContext } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test was skipped: scripts/test.mjs reports it. */
    notRun?: string
  }
}

/** Skips a test that this machine cannot run; the tally names it with the reason. */
export function notRun(context: TestContext, reason: string): never {
  context.task.meta.notRun = reason
  context.skip(reason)
}
