/** Progress of a job. */
export interface Progress {
  readonly done: number
  readonly of: number
}
