/** Where the command line writes: results to standard output, everything said to the person to standard error. */

export interface Output {
  /** A line of the result. */
  line(text: string): void
  /** A line for the person. */
  say(text: string): void
  /** One JSON object a line. */
  json(value: unknown): void
  /** Width of the terminal that is written to, or null if it is none. */
  readonly columns: number | null
  /** Text without a line's end, for a line that is drawn over. */
  draw(text: string): void
}

export function standardOutput(): Output {
  const { stdout, stderr } = process
  // A reader that has had enough (`| head`) is no failure; what is written after that goes nowhere.
  stdout.on('error', () => undefined)
  return {
    line: (text) => void stdout.write(`${text}\n`),
    say: (text) => void stderr.write(`${text}\n`),
    json: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    columns: stderr.isTTY ? stderr.columns : null,
    draw: (text) => void stderr.write(text),
  }
}
