/** What the engine needs of the place it runs in. It is handed in: the engine knows neither Node nor a page. */

export interface Surroundings {
  /** Milliseconds since some fixed moment; never goes back. */
  readonly now: () => number
  /** SHA-256 of the parts, one after another, in hexadecimal. */
  readonly sha256: (parts: readonly Uint8Array[]) => string
  /** Resolves when the messages that wait have been heard. */
  readonly nextTurn: () => Promise<void>
}

/** The files of one folder, by plain name. What fails is rejected with an error of the place, or with MissingFile. */
export interface Storage {
  /** Where it is, for messages. */
  readonly place: string
  /** Tells apart those who write into one folder at the same time. */
  readonly writer: string
  read(name: string): Promise<Uint8Array>
  /** When it resolves the bytes will outlast a power cut, not only this process. */
  write(name: string, bytes: Uint8Array): Promise<void>
  /** Replaces what is there. */
  rename(from: string, to: string): Promise<void>
  /** Makes renames last. */
  flush(): Promise<void>
  list(): Promise<string[]>
  /** Does nothing where there is no such file. */
  remove(name: string): Promise<void>
}

/** There is no file of that name to read or rename. */
export class MissingFile extends Error {
  constructor(name: string, options?: ErrorOptions) {
    super(`there is no file ${name}`, options)
  }
}
