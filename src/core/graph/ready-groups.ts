/** Built-in groups: initial definitions, which a lab copies and may change. */
import type { GroupDefinition } from '../lab/document'

const at = (column: number, row = 0): { x: number; y: number } => ({ x: column * 188, y: row * 132 })

/** A pre-norm Transformer block: x + attention(norm(x)), then the same with a feed-forward network (Xiong et al. 2020). */
const transformerBlock: GroupDefinition = {
  title: { en: 'Transformer block', zh: 'Transformer 块' },
  nodes: [
    { id: 'norm', kind: 'norm', params: {}, position: at(0, 1) },
    { id: 'attention', kind: 'multi-head', params: { heads: 4 }, position: at(1, 1) },
    { id: 'add', kind: 'add', params: {}, position: at(2) },
    { id: 'norm-2', kind: 'norm', params: {}, position: at(3, 1) },
    { id: 'feed-forward', kind: 'feed-forward', params: { hidden: 128 }, position: at(4, 1) },
    { id: 'add-2', kind: 'add', params: {}, position: at(5) },
  ],
  edges: [
    { from: { node: 'norm', port: 'y' }, to: { node: 'attention', port: 'x' } },
    { from: { node: 'attention', port: 'y' }, to: { node: 'add', port: 'b' } },
    { from: { node: 'add', port: 'y' }, to: { node: 'norm-2', port: 'x' } },
    { from: { node: 'norm-2', port: 'y' }, to: { node: 'feed-forward', port: 'x' } },
    { from: { node: 'add', port: 'y' }, to: { node: 'add-2', port: 'a' } },
    { from: { node: 'feed-forward', port: 'y' }, to: { node: 'add-2', port: 'b' } },
  ],
  inputs: [
    {
      name: 'x',
      to: [
        { node: 'norm', port: 'x' },
        { node: 'add', port: 'a' },
      ],
    },
  ],
  outputs: [{ name: 'y', from: { node: 'add-2', port: 'y' } }],
  params: [
    { name: 'heads', node: 'attention', param: 'heads' },
    { name: 'hidden', node: 'feed-forward', param: 'hidden' },
  ],
}

/** By the name of the definition in a lab. */
export const readyGroups: Readonly<Record<string, GroupDefinition>> = { 'transformer-block': transformerBlock }
