/** For tests: texts as they lie in a file, and every text under its path, e.g. `shell.app`. */
export type Texts = { readonly [key: string]: string | Texts }

export function flat(texts: Texts, path = ''): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'string' ? [[path + key, value] as const] : [...flat(value, `${path}${key}.`)],
    ),
  )
}
