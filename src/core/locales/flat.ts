/** For tests: nested texts as in a locale file, flattened to paths such as `shell.app`. */
export type Texts = { readonly [key: string]: string | Texts }

export function flat(texts: Texts, path = ''): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'string' ? [[path + key, value] as const] : [...flat(value, `${path}${key}.`)],
    ),
  )
}
