/** The client of a connection: a person with a role and a workspace of their own. */

export const roles = ['owner', 'learner'] as const
export type Role = (typeof roles)[number]

export interface Client {
  readonly person: string
  readonly role: Role
  /** Holds the person's runs, data and drafts. Other clients neither see nor change it. */
  readonly workspace: string
}

/** The only client of a desktop window or of a plain `serve`. */
export const owner: Client = { person: 'owner', role: 'owner', workspace: 'own' }
