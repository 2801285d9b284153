/** The two requests of the door: a code is exchanged for a ticket. */
import { fromProblem } from '@core/errors'

/** Where this tab keeps the personal code. */
export const keptKey = 'attention-lab-key'

export interface Entered {
  readonly ticket: string
  readonly name: string
  readonly key: string
}

export async function classTitle(): Promise<string> {
  const { title } = (await (await fetch('/door')).json()) as { readonly title: string }
  return title
}

/** Throws LabError: a wrong code, too many attempts, and so on; TypeError where the desk cannot be reached. */
export async function exchange(how: 'enter' | 'back', given: object): Promise<Entered> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`/door/${how}`, { method: 'POST', headers, body: JSON.stringify(given) })
  const answer = (await response.json()) as Entered & { readonly problem?: unknown }
  if (answer.problem) throw fromProblem(answer.problem)
  sessionStorage.setItem(keptKey, answer.key)
  return answer
}
