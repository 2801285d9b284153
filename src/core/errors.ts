/** The error class for all expected failures: a code and parameters, with a message in the reader's language. */
import errors from './locales/en/errors.json'
import { format } from './locales/format'

export type ErrorCode = keyof typeof errors
export type ErrorParams = Readonly<Record<string, string | number>>

/** An error as plain data. `node` and `port` give its position in the graph, if it has one. */
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

/** Converts any error to plain data. Unexpected ones become `internal`, with their message as the detail. */
export function toProblem(error: unknown): Problem {
  if (!(error instanceof LabError)) {
    return { code: 'internal', params: { detail: error instanceof Error ? error.message : String(error) } }
  }
  const { code, params, node, port } = error
  return { code, params, ...(node !== undefined && { node }), ...(port !== undefined && { port }) }
}

/** Restores the error from data received over a port. An unknown code, from a newer host, becomes `internal`. */
export function fromProblem(received: unknown): LabError {
  const { code, params, node, port } = received as Partial<Problem>
  if (code === undefined || !Object.hasOwn(errors, code)) return new LabError('internal', { detail: String(code) })
  return new LabError(code, params, { ...(node !== undefined && { node }), ...(port !== undefined && { port }) })
}
