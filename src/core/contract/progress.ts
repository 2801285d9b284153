/** Progress of a job. */
export interface Progress {
  readonly done: number
  readonly of: number
}

/** From 0 to 1; 0 before it is known how much there is to do. */
export const shareOf = (progress: Progress | null): number => (progress && progress.of > 0 ? progress.done / progress.of : 0)
