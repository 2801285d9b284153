/** Settings that earlier versions said otherwise, by kind of block and name, as they are said now. */
const scale = new Map<unknown, string>([
  [true, 'root'],
  [false, 'none'],
])
const renewed: Readonly<Record<string, Readonly<Record<string, ReadonlyMap<unknown, unknown>>>>> = {
  'self-attention': { scale },
  'multi-head': { scale },
}

/** The same node in today's words. */
export function renew<N extends { kind: string; params: Record<string, unknown> }>(node: N): N {
  const now = Object.entries(renewed[node.kind] ?? {}).flatMap(([name, values]) =>
    values.has(node.params[name]) ? [[name, values.get(node.params[name])] as const] : [],
  )
  return now.length === 0 ? node : { ...node, params: { ...node.params, ...Object.fromEntries(now) } }
}
