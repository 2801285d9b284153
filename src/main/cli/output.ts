/** Output of the command line: results to standard output, messages for the user to standard error. */

export interface Output {
  /** A line of the result. */
  line(text: string): void
  /** A message for the user. */
  say(text: string): void
  /** One JSON object per line. */
  json(value: unknown): void
  /** Width of the terminal, or null if there is none. */
  readonly columns: number | null
  /** Text without line end, for a line that is redrawn. */
  draw(text: string): void
}

export function standardOutput(): Output {
  const { stdout, stderr } = process
  // A reader that closes the pipe early (`| head`) is no failure; later output is dropped.
  stdout.on('error', () => undefined)
  return {
    line: (text) => void stdout.write(`${text}\n`),
    say: (text) => void stderr.write(`${text}\n`),
    json: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    columns: stderr.isTTY ? stderr.columns : null,
    draw: (text) => void stderr.write(text),
  }
}
