/** The one error the program throws on purpose: a code, its parameters, and a clear sentence in the reader's language. */
import errors from './locales/en/errors.json'
import { format } from './locales/format'

export type ErrorCode = keyof typeof errors
export type ErrorParams = Readonly<Record<string, string | number>>

/** What any layer, language or host can carry: plain data. `node` and `port` say where, when it is about the graph. */
export interface Problem {
  readonly code: ErrorCode
  readonly params: ErrorParams
  readonly node?: string
  readonly port?: string
}

export class LabError extends Error {
  readonly code: ErrorCode
  readonly params: ErrorParams
  readonly node: string | undefined
  readonly port: string | undefined

  constructor(code: ErrorCode, params: ErrorParams = {}, place: { node?: string; port?: string } = {}) {
    super(format(errors[code], params))
    this.name = 'LabError'
    this.code = code
    this.params = params
    this.node = place.node
    this.port = place.port
  }
}

/** As plain data, for a port or a status. What was not thrown on purpose becomes `internal`, with its message as the detail. */
export function toProblem(error: unknown): Problem {
  if (!(error instanceof LabError)) {
    return { code: 'internal', params: { detail: error instanceof Error ? error.message : String(error) } }
  }
  const { code, params, node, port } = error
  return { code, params, ...(node !== undefined && { node }), ...(port !== undefined && { port }) }
}

/** What arrived over a port, as the error it was. An unknown code (of a newer host) is reported as `internal`. */
export function fromProblem(received: unknown): LabError {
  const { code, params, node, port } = received as Partial<Problem>
  if (code === undefined || !Object.hasOwn(errors, code)) return new LabError('internal', { detail: String(code) })
  return new LabError(code, params, { ...(node !== undefined && { node }), ...(port !== undefined && { port }) })
}
