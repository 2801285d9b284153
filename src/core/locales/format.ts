/** Fills `{name}` placeholders of a locale text; the same notation the interface's translations use. */
export function format(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))
}
