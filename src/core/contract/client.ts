/** Who calls: each connection belongs to somebody, with a workspace that others neither see nor change. */

export const roles = ['owner', 'learner'] as const
export type Role = (typeof roles)[number]

export interface Client {
  readonly person: string
  readonly role: Role
  /** What is kept for the person: runs, data, drafts. */
  readonly workspace: string
}

/** The one person of a desktop window or of a plain `serve`. */
export const owner: Client = { person: 'owner', role: 'owner', workspace: 'own' }
