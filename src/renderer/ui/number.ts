/** Parsing and formatting of numbers in form fields. */

/** Short and exact: 0.001 stays as it is, 1e-8 and 3e-4 use scientific notation. */
export function formatParameter(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return value.toExponential().replace('e+', 'e')
  return String(value)
}

/** The value clamped to its limits; null if the text is not a number. Accepts a decimal comma. */
export function parseParameter(
  text: string,
  { min, max, integer }: { min: number; max: number; integer: boolean },
): number | null {
  const cleaned = text.trim().replace(/[\s_]/g, '').replace('−', '-').replace(',', '.')
  const parsed = Number(cleaned)
  if (cleaned === '' || !Number.isFinite(parsed)) return null
  const limited = Math.min(max, Math.max(min, parsed))
  return integer ? Math.round(limited) : limited
}

/** Words between commas, semicolons or spaces, with a minus sign as JavaScript reads it: a list of numbers as people write it. */
export const listed = (text: string): string[] =>
  text
    .replaceAll('−', '-')
    .split(/[\s,，、;；]+/)
    .filter((word) => word !== '')
