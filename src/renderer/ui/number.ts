/** Parsing and formatting of numbers in form fields. */

export { formatParameter } from '@core/numbers'

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
