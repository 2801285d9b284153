/** Platform services that the engine needs. They are passed in, so that the engine depends on neither Node nor the DOM. */

export interface Surroundings {
  /** Milliseconds since a fixed moment; monotonic. */
  readonly now: () => number
  /** SHA-256 of the concatenated parts, in hexadecimal. */
  readonly sha256: (parts: readonly Uint8Array[]) => string
  /** Resolves when pending messages have been handled. */
  readonly nextTurn: () => Promise<void>
}

export type Durability = 'durable' | 'dispensable'

/** The files of one folder, by plain name. Operations reject with an error of the platform, or with MissingFile. */
export interface Storage {
  /** Its location, for messages. */
  readonly place: string
  /** Identifies one writer among several that write into the folder at the same time. */
  readonly writer: string
  read(name: string): Promise<Uint8Array>
  /** Once it resolves, the bytes survive a power cut, unless they need not: waiting for the disk can take a tenth of a second. */
  write(name: string, bytes: Uint8Array, durability?: Durability): Promise<void>
  /** Replaces an existing file. */
  rename(from: string, to: string): Promise<void>
  /** Makes renames durable. */
  flush(): Promise<void>
  list(): Promise<string[]>
  /** Does nothing if the file does not exist. */
  remove(name: string): Promise<void>
}

/** The file to read or rename does not exist. */
export class MissingFile extends Error {
  constructor(name: string, options?: ErrorOptions) {
    super(`there is no file ${name}`, options)
  }
}
