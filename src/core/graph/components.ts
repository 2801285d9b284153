/** Strongly connected components of a directed graph. */

/**
 * The strongly connected components (Tarjan 1972). Each comes after those it leads to. Iterative; takes time proportional to nodes and
 * edges.
 */
export function components(nodes: Iterable<string>, following: (node: string) => readonly string[]): string[][] {
  const index = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  const found: string[][] = []

  const enter = (node: string) => {
    index.set(node, index.size)
    lowest.set(node, index.get(node)!)
    open.push(node)
    isOpen.add(node)
    return { node, ahead: following(node).values() }
  }
  const lower = (node: string, to: number) => lowest.set(node, Math.min(lowest.get(node)!, to))

  for (const start of nodes) {
    if (index.has(start)) continue
    const path = [enter(start)]
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const { node, ahead } = step
      const next = ahead.next()
      if (!next.done) {
        if (!index.has(next.value)) path.push(enter(next.value))
        else if (isOpen.has(next.value)) lower(node, index.get(next.value)!)
        continue
      }
      path.pop()
      const before = path.at(-1)
      if (before) lower(before.node, lowest.get(node)!)
      if (lowest.get(node) !== index.get(node)) continue
      const component = open.splice(open.lastIndexOf(node))
      for (const each of component) isOpen.delete(each)
      found.push(component)
    }
  }
  return found
}

/** The components that contain a cycle. */
export function cycles(nodes: Iterable<string>, following: (node: string) => readonly string[]): string[][] {
  return components(nodes, following).filter(([node, ...others]) => others.length > 0 || following(node!).includes(node!))
}
