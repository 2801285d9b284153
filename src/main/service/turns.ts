/** Runs pieces of work one after another, so that an older state of a file never replaces a newer one. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs after all earlier work, whether that succeeded or not. Fails as the work does. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }

  /** Resolves when all work so far is done. */
  async over(): Promise<void> {
    await this.#last
  }
}
