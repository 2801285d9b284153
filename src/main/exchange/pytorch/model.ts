/** The graph of a lab as `model.py`: the classes that it uses, and one class with its wiring in the order of computation. */
import { entryOf } from '@core/blocks'
import { adapterNames, scaleOf } from '@core/blocks/adapters'
import { groupBy } from '@core/collections'
import { LabError } from '@core/errors'
import { buildGraph } from '@core/graph/build'
import { portKey } from '@core/graph/structure'
import { settingsOf, type TypedWire } from '@core/graph/walk'
import type { LabDocument } from '@core/lab/document'
import type { State } from '@core/program/types'
import type { Signature } from '@core/signature'
import { blockWriters, type Site, type Written } from './blocks'
import { libraryFor, libraryNames } from '../library'
import { attributeNames, call, inDocstring, literal, namesIn } from './text'

export interface PythonModel {
  /** The whole file. */
  readonly code: string
  /** Inputs of `forward`, by the names of a batch in Python, in order. */
  readonly inputs: readonly string[]
  /** Inputs of `losses` beside the logits. */
  readonly judged: readonly string[]
  /** The weights and running statistics that it has, in the order of computation. */
  readonly states: readonly State[]
  /** Whether training drops values at random. */
  readonly drops: boolean
  /** The path of a state as an attribute: `multi-head/query-bias` → `multi_head.query_bias`. */
  readonly pathOf: (state: string) => string
}

/** Inputs of a model in Python, in order. */
const inputNames = ['tokens', 'mask', 'source', 'source_mask', 'features', 'scored']

/** One assignment of `forward`. */
interface Line {
  readonly names: readonly string[]
  readonly value: string
  readonly comment: string
  /** The block and the construction of its module. */
  readonly block?: { readonly id: string; readonly module: string }
  readonly isMask: boolean
}

/** `title` and `about` become the docstring of the model. Throws LabError for a graph that does not compile. */
export function writeModel(lab: LabDocument, signature: Signature, title: string, extra = ''): PythonModel {
  const { lines, output, names } = linesOf(lab, signature)
  const { builder } = buildGraph(lab.graph, signature, { mode: 'train', batch: lab.training.batchSize, gated: false })
  const body = live(lines, namesIn(output.value))
  const modules = [...body.flatMap(({ block }) => (block ? [block] : [])), output.block]
  const used = new Set(modules.map(({ id }) => id))
  const states = builder.states.filter(({ block, role }) => role !== 'moment' && used.has(block))
  const values = [...body, output].map(({ value }) => value)
  const read = new Set(values.flatMap((value) => [...namesIn(value)]))
  const inputs = inputNames.filter((name) => read.has(name))

  const counted = signature.scored ? 'scored' : output.mask
  const judging = live(
    lines.filter(({ isMask }) => isMask),
    namesIn(counted ?? ''),
  )
  const judgedBy = new Set([...judging.flatMap(({ value }) => [...namesIn(value)]), ...namesIn(counted ?? '')])
  const judged = ['targets', ...inputNames.filter((name) => judgedBy.has(name))]

  const shared = [...new Set(values.flatMap((value) => [...value.matchAll(/self\.(\w+)\.\w/g)].map((match) => match[1]!)))]
  const drops = builder.build().inputs.some(({ kind }) => kind === 'dropout')
  const nameOf = (id: string) => names.get(id)!
  const others = [...used].filter((id) => nameOf(id).replaceAll('_', '-') !== id)
  const pathOf = (state: string) => `${nameOf(state.slice(0, state.lastIndexOf('/')))}.${localName(state)}`
  const smoothing = lab.training.labelSmoothing
  const model = [
    'class Model(nn.Module):',
    `    """${inDocstring(title)}"""`,
    '',
    '    # Blocks whose name in the lab is not theirs here with - for _',
    `    names = {${others.map((id) => `${literal(nameOf(id))}: ${literal(id)}`).join(', ')}}`,
    '    # Names in a batch: what `forward` and `losses` take',
    `    inputs = ${literal(inputs)}`,
    `    judged = ${literal(judged)}`,
    '    # Blocks whose weights others read, too',
    `    shared = ${literal(shared)}`,
    '',
    `    def __init__(self${smoothing > 0 ? `, smoothing=${literal(smoothing)}` : ''}):`,
    '        super().__init__()',
    ...(smoothing > 0 ? ['        self.smoothing = smoothing  # of labels, in training'] : []),
    ...modules.map(({ id, module }) => `        self.${nameOf(id)} = ${module}`),
    ...modules.flatMap(({ id }) =>
      frozenIn(
        states.filter(({ block, role }) => block === id && role === 'weight'),
        pathOf,
      ),
    ),
    '',
    `    def forward(self, ${inputs.join(', ')}):`,
    `        """${inputs.map((name) => `${name} ${shapeOfInput(name, signature)}`).join(', ')} → ${output.comment}"""`,
    ...body.map(textOf),
    `        return ${output.value}`,
    '',
    `    def losses(self, logits, ${judged.join(', ')}):`,
    '        """The loss of each prediction, and 1 where it counts."""',
    ...judging.map(textOf),
    `        losses = self.${nameOf(output.block.id)}.losses(logits, targets${smoothing > 0 ? ', self.smoothing if self.training else 0.0' : ''})`,
    `        return losses, ${counted ?? 'torch.ones_like(losses)'}`,
    '',
    '    def lab_name(self, name):',
    '        """The name of a weight in the lab: multi_head.query_bias → multi-head/query-bias."""',
    '        block, weight = name.split(".")',
    '        return self.names.get(block, block.replace("_", "-")) + "/" + weight.replace("_", "-")',
  ].join('\n')
  const library = libraryFor(`${model}\n${extra}`)
  const text = [...library, model].join('\n\n\n')
  const imports = [
    ...(namesIn(text).has('partial') ? ['from functools import partial', ''] : []),
    'import torch',
    ...(namesIn(text).has('load_file') ? ['from safetensors.torch import load_file'] : []),
    'from torch import nn',
    'from torch.nn import functional as F',
  ]
  const heading =
    '# B sequences, T tokens, S tokens of a source or keys, h heads, d features. Masks are 1 for what is real and 0 for padding.'
  return { code: `${heading}\n${imports.join('\n')}\n\n\n${text}\n`, inputs, judged, states, drops, pathOf }
}

/** Frozen weights; with adapters, the others are frozen already. */
function frozenIn(weights: readonly State[], pathOf: PythonModel['pathOf']): string[] {
  const adapters = weights.filter(({ name }) => name.endsWith(suffixes.a) || name.endsWith(suffixes.b))
  const own = adapters.length > 0 ? adapters : weights
  const frozen = own.filter(({ trainable }) => !trainable).map(({ name }) => pathOf(name))
  const isWhole = own === weights && frozen.length > 1 && frozen.length === own.length
  const paths = isWhole ? [frozen[0]!.split('.')[0]!] : frozen
  return paths.map((path) => `        self.${path}.requires_grad_(False)  # frozen`)
}

/** The construction of a module, with adapters of the matrices that have some. */
function withAdapters(module: string, site: Site, own: readonly State[]): string {
  const first = own.filter(({ name }) => name.endsWith(suffixes.a))
  const scale = scaleOf(site.settings)
  if (first.length === 0 || scale === null) return module
  const names = first.map(({ name }) => localName(name.slice(0, -suffixes.a.length)))
  return call('with_adapters', [module, first[0]!.value.shape[1]!, scale, literal(names)])
}
const suffixes = adapterNames('')

const localName = (state: string): string => state.slice(state.lastIndexOf('/') + 1).replaceAll('-', '_')
const textOf = ({ names, value, comment }: Line): string =>
  `        ${names.join(', ')} = ${value}${comment ? `  # ${comment}` : ''}`

/** All lines up to the output block, and its own value. */
function linesOf({ graph, training }: LabDocument, signature: Signature) {
  const options = { mode: 'infer', batch: training.batchSize, gated: false } as const
  const { order, wires, plugged, builder, problems } = buildGraph(graph, signature, options)
  const [problem] = problems
  if (problem) throw new LabError(problem.code, problem.params)
  // Functions that a line calls must not be hidden by a variable.
  const functions = libraryNames().filter((name) => name === 'weigh' || name.endsWith('_pool'))
  const names = attributeNames(
    order.map(({ node }) => node.id),
    functions,
  )
  const shapes = new Map(builder.states.map(({ name, value }) => [name, value.shape]))
  const statesOf = groupBy(builder.states, ({ block }) => block)
  const values = new Map<string, { value: string; mask: string | null }>()
  const lines: Line[] = []
  for (const place of order) {
    const { node, block } = place
    const name = names.get(node.id)!
    const wireAt = (port: string): string | null => {
      const edge = plugged.get(portKey({ node: node.id, port }))
      return edge ? portKey(edge.from) : null
    }
    const site: Site = {
      settings: settingsOf(place).data ?? {},
      signature,
      self: `self.${name}`,
      at: (port) => values.get(wireAt(port) ?? '')?.value ?? '',
      mask: (port) => values.get(wireAt(port) ?? '')?.mask ?? null,
      shape: (port) => wires.get(wireAt(port) ?? '')?.value.shape ?? [],
      weight: (weight) => shapes.get(`${node.id}/${weight}`) ?? null,
    }
    const write = entryOf(blockWriters, node.kind)
    if (!write) throw new LabError('graph.unknown-block', { kind: node.kind, node: node.id })
    const written = write(site)
    const wireOf = (port: string) => wires.get(portKey({ node: node.id, port }))
    const ports = Object.keys(block.outputs)
    if (block.family === 'output') {
      const comment = shapeText(wireOf(ports[0]!), signature)
      return {
        ...{ lines, names },
        output: { value: written.value, mask: site.mask('x'), comment, block: { id: node.id, module: written.module! } },
      }
    }
    const [firstInput] = Object.keys(block.inputs)
    const inherited = firstInput === undefined ? null : site.mask(firstInput)
    const variables = variablesOf(written, ports, name)
    for (const port of ports) {
      const stated = written.masks && port in written.masks ? written.masks[port]! : inherited
      const isName = stated === null || /^\w+$/.test(stated)
      const mask = isName ? stated : `${name}_mask`
      if (!isName) lines.push({ names: [mask!], value: stated, comment: '', isMask: true })
      values.set(portKey({ node: node.id, port }), { value: written.others?.[port] ?? variables.get(port) ?? name, mask })
    }
    if (written.module === undefined && /^\w+$/.test(written.value)) continue
    lines.push({
      names: [...variables.values()],
      value: written.value,
      comment: shapeText(wireOf(ports[0]!), signature),
      isMask: false,
      ...(written.module !== undefined && {
        block: { id: node.id, module: withAdapters(written.module, site, statesOf.get(node.id) ?? []) },
      }),
    })
  }
  throw new LabError('graph.no-output')
}

/** The variable of each output port that the value gives. */
function variablesOf({ module, value, ports }: Written, all: readonly string[], name: string): Map<string, string> {
  if (module === undefined && /^\w+$/.test(value)) return new Map([[all[0]!, value]])
  const [first, ...rest] = ports ?? all.slice(0, 1)
  return new Map([[first!, name], ...rest.map((port): [string, string] => [port, `${name}_${port}`])])
}

/** The lines on which these names depend. */
function live(lines: readonly Line[], names: ReadonlySet<string>): Line[] {
  const wanted = new Set(names)
  const kept: Line[] = []
  for (const line of lines.toReversed()) {
    if (!line.names.some((name) => wanted.has(name))) continue
    kept.push(line)
    for (const name of namesIn(line.value)) wanted.add(name)
  }
  return kept.toReversed()
}

/** E.g. “(B, T, 32)”. */
function shapeText(wire: TypedWire | undefined, { length, source }: Signature): string {
  if (!wire) return ''
  const { axes, value } = wire
  const sequence = (size: number) => (size === length ? 'T' : size === source?.length ? 'S' : String(size))
  const sizes = value.shape.map((size, index) => {
    const axis = axes[index]
    if (axis === 'batch') return 'B'
    return axis === 'token' || axis === 'query' || axis === 'key' ? sequence(size) : String(size)
  })
  return `(${sizes.join(', ')})`
}

function shapeOfInput(name: string, { features }: Signature): string {
  if (name === 'features') return `(B, T, ${features})`
  return name.startsWith('source') ? '(B, S)' : '(B, T)'
}
