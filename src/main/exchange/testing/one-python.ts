/** For tests: the witness as one process for many programs, which import PyTorch once. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { witnessPath } from '../../testing/witness'
import type { Python } from '../python'

export interface OnePython extends Python {
  close(): void
}

/** Reads `[program, arguments]` line by line, and answers each with what it prints, or with its error. */
const loop = `
import contextlib, io, json, sys, traceback
for line in sys.stdin:
    program, arguments = json.loads(line)
    sys.argv, printed = ['-c', *arguments], io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(program, {'__name__': '__main__'})
        answer = {'printed': printed.getvalue()}
    except BaseException:
        answer = {'error': traceback.format_exc()}
    print(json.dumps(answer), flush=True)
`

export function onePython(): OnePython {
  const child = spawn(witnessPath, ['-c', loop], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, HF_HUB_OFFLINE: '1' },
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let last: Promise<unknown> = Promise.resolve()
  async function ask(program: string, args: readonly string[]): Promise<string> {
    child.stdin.write(`${JSON.stringify([program, args])}\n`)
    const { value } = (await answers.next()) as { value?: string }
    const { printed, error } = JSON.parse(value ?? '{"error":"it has ended"}') as { printed?: string; error?: string }
    if (error !== undefined) throw new Error(error)
    return printed!
  }
  return {
    path: witnessPath,
    run(program, args) {
      const answer = last.then(() => ask(program, args))
      last = answer.catch(() => undefined)
      return answer
    },
    require: () => Promise.resolve({}),
    close: () => void child.kill(),
  }
}
