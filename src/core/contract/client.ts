/** The client of a connection: a person, with a role, and a workspace that no other client sees or changes. */

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
