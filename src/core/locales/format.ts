/** Fills `{name}` placeholders of a locale text, in the notation of the interface's translations. */
export function format(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))
}
