/**
 * Small live pictures of blocks: one per kind, drawn from probes of the chosen sample. Before a run, only values that need no training
 * (tokens, sinusoidal positions) are drawn, otherwise the shape; data is never invented.
 */
import type { BlockKind } from '@core/blocks'
import { sinusoid } from '@core/blocks/position'
import type { Seen, Slice, Tensor } from '@core/contract/look'
import type { NodeAnalysis, TensorInfo } from '@core/graph/analysis'
import type { TaskSpec } from '@core/tasks/types'
import type { SeenSequence } from '@core/graph/sequences'
import { cividis, scaleFor } from '../charts/colourMaps'
import { drawMatrix, type Box } from '../charts/drawMatrix'
import { formatNumber } from '../charts/format'
import { matrixOf, rowOf, sizeOf, type Matrix } from '../charts/matrix'
import { binsOf } from '../charts/statistics'
import type { Theme } from '../charts/theme'
import { tokenText, tokenTexts } from '@core/tokenisers/token-text'
import type { Surface } from '../charts/useCanvas'

/** Data available to a picture. */
export interface Scene {
  /** A probe of the last look by local name. */
  readonly tensor: (name: string) => Tensor | null
  /** The chosen sample; null before the first look. */
  readonly sample: Seen | null
  /** The input sequence, and the one attended to. */
  readonly sequence: SeenSequence
  readonly memory: SeenSequence
  readonly spec: TaskSpec | null
  readonly params: Readonly<Record<string, unknown>>
  readonly analysis: NodeAnalysis | null
  /** Multipliers of the heads; 0 is muted. */
  readonly heads: readonly number[]
  readonly theme: Theme
  /** Canvas units per screen pixel. */
  readonly unit: number
}

/** Minimum text size, in units. */
const textSize = 11

/** Values up to this size are requested as a whole. */
const mostNumbers = 65_536
/** Maximum number of tokens and features visible in such a small picture. */
const sizes: Readonly<Record<string, number>> = { token: 64, query: 64, key: 64, position: 64, feature: 128, class: 128 }

/** The slice of a large value that a picture requests: its beginning along each axis. */
export function sliceFor(value: Pick<TensorInfo, 'axes' | 'shape'> | undefined): Slice | undefined {
  const { axes = [], shape = [] } = value ?? {}
  const own = axes.flatMap((axis, i) => (axis === 'batch' ? [] : [{ axis, size: shape[i]! }]))
  if (own.reduce((product, { size }) => product * size, 1) <= mostNumbers) return undefined
  return Object.fromEntries(
    own.flatMap(({ axis, size }): [string, [number, number]][] => {
      const most = sizes[axis] ?? size
      return size > most ? [[axis, [0, most]]] : []
    }),
  )
}

interface Picture {
  /** Key of its description under `views.pictures`. */
  readonly text: string
  /** Local names of the probes it needs. */
  readonly probes: readonly string[]
  /** Returns false if there is nothing to draw yet. */
  readonly draw: (surface: Surface, scene: Scene) => boolean
}

const boxOf = ({ width, height }: Surface): Box => ({ x: 0, y: 0, width, height })
const tokensOf = ({ sequence }: Scene): number => sequence.ids?.length ?? Infinity

function drawDiverging(surface: Surface, scene: Scene, matrix: Matrix): true {
  const { context, ratio } = surface
  drawMatrix(context, matrix, scaleFor(matrix.data, 'diverging'), scene.theme.diverging, boxOf(surface), { resolution: ratio })
  return true
}

/** Token × feature map of one probe. */
const features = (text: string, probe: string): Picture => ({
  text,
  probes: [probe],
  draw(surface, scene) {
    const tensor = scene.tensor(probe)
    return tensor !== null && drawDiverging(surface, scene, matrixOf(tensor, {}, tokensOf(scene)))
  },
})

const tokens: Picture = {
  text: 'tokens',
  probes: [],
  draw({ context, width, height }, { sequence: { ids, signature, tokeniser }, theme, unit }) {
    if (!signature || !tokeniser) return false
    const known = tokeniser.vocabulary.slice(signature.padded ? 1 : 0, 40).map(tokenText)
    const texts = ids ? tokenTexts(ids, tokeniser.vocabulary) : known
    context.font = `500 ${textSize * unit}px ${theme.mono}`
    context.textBaseline = 'middle'
    context.textAlign = 'center'
    context.lineWidth = unit
    const line = 16 * unit
    const lines = Math.max(1, Math.floor((height - 2) / (line + 2)))
    const gap = (height - lines * line) / (lines + 1)
    let [x, y] = [4, gap]
    for (const text of texts) {
      const chip = Math.max(14 * unit, context.measureText(text).width + 6 * unit)
      if (x > 4 && x + chip > width - 3) [x, y] = [4, y + line + gap]
      if (y + line > height) break
      context.fillStyle = theme.colours.raised
      context.strokeStyle = theme.colours['line-strong']
      context.beginPath()
      context.roundRect(x + 0.5, y, Math.min(chip, width - 8), line, 3 * unit)
      context.fill()
      context.stroke()
      context.fillStyle = ids ? theme.colours.ink : theme.colours['ink-3']
      context.fillText(text, x + Math.min(chip, width - 8) / 2 + 0.5, y + line / 2 + 0.5, width - 12)
      x += chip + 3
    }
    return true
  },
}

const position: Picture = {
  text: 'position',
  probes: ['encoding'],
  draw(surface, scene) {
    const live = scene.tensor('encoding')
    if (live) return drawDiverging(surface, scene, matrixOf(live))
    const [rows, columns] = scene.analysis?.probes.find(({ name }) => name.endsWith('/encoding'))?.shape ?? []
    if (!rows || !columns || scene.params['method'] !== 'sinusoidal') return false
    const data = sinusoid(rows, columns)
    return drawDiverging(surface, scene, { rows, columns, data, rowAxis: 'position', columnAxis: 'feature' })
  },
}

/** One small map per head on a common scale from 0 to the largest weight. */
const attentionMaps = (text: string, probe: string): Picture => ({
  text,
  probes: [probe],
  draw({ context, width, height, ratio }, scene) {
    const tensor = scene.tensor(probe)
    if (!tensor) return false
    const heads = sizeOf(tensor, 'head')
    const lines = Math.ceil(heads / Math.ceil(Math.sqrt((heads * width) / height)))
    const across = Math.ceil(heads / lines)
    const gap = heads > 1 ? 2 : 0
    const [w, h] = [(width - (across - 1) * gap) / across, (height - (lines - 1) * gap) / lines]
    const keys = scene.memory.ids?.length
    const maps = Array.from({ length: heads }, (_, head) => matrixOf(tensor, { head }, tokensOf(scene), keys))
    const max = Math.max(...maps.map(({ data }) => scaleFor(data, 'sequential').max))
    maps.forEach((map, head) => {
      const box = { x: (head % across) * (w + gap), y: Math.floor(head / across) * (h + gap), width: w, height: h }
      const opacity = scene.heads[head] === 0 ? 0.25 : 1
      drawMatrix(context, map, { kind: 'sequential', min: 0, max }, cividis, box, { resolution: ratio, opacity })
    })
    return true
  },
})
const attention = attentionMaps('attention', 'attention')

/** Normalised values have deviation 1, so the range can be fixed. */
const norm: Picture = {
  text: 'norm',
  probes: ['normalised'],
  draw({ context, width, height }, scene) {
    const tensor = scene.tensor('normalised')
    if (!tensor) return false
    const { counts } = binsOf(matrixOf(tensor, {}, tokensOf(scene)).data, 35, [-3.5, 3.5])
    const highest = Math.max(1, ...counts)
    const step = width / counts.length
    context.fillStyle = scene.theme.colours.norm
    counts.forEach((count, i) => {
      const size = (count / highest) * (height - 4)
      context.fillRect(i * step + 0.4, height - size, step - 0.8, size)
    })
    return true
  },
}

/** The most likely classes of the sample, or of its first token: up to three, as space allows. */
const likeliest = (text: string): Picture => ({
  text,
  probes: ['probabilities'],
  draw({ context, width, height }, scene) {
    const tensor = scene.tensor('probabilities')
    if (!tensor || !scene.spec) return false
    const row = rowOf(matrixOf(tensor), 0)
    const lines = Math.min(3, Math.max(1, Math.floor(height / ((textSize + 1) * scene.unit))))
    const first = Array.from(row.keys())
      .sort((a, b) => row[b]! - row[a]!)
      .slice(0, lines)
    context.font = `500 ${textSize * scene.unit}px ${scene.theme.mono}`
    context.textBaseline = 'middle'
    context.textAlign = 'left'
    const names = first.map((index) => tokenText(scene.spec?.classes[index]))
    const left = Math.min(width / 2, Math.max(...names.map((name) => context.measureText(name).width)) + 8)
    first.forEach((index, i) => {
      const middle = (height / lines) * (i + 0.5)
      context.fillStyle = scene.theme.colours['ink-2']
      context.fillText(names[i]!, 3, middle + 0.5, left - 6)
      context.fillStyle = scene.theme.colours.output
      context.globalAlpha = i === 0 ? 1 : 0.5
      context.fillRect(left, middle - 4, Math.max(0.5, row[index]! * (width - left - 4)), 8)
      context.globalAlpha = 1
    })
    return true
  },
})

/** The predicted number and, if known, the true one. */
const number: Picture = {
  text: 'number',
  probes: [],
  draw({ context, width, height }, { sample, theme, unit }) {
    const [predicted] = sample?.predictions ?? []
    const [truth] = sample?.targets ?? []
    if (predicted === undefined) return false
    context.font = `500 ${textSize * unit}px ${theme.mono}`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    const two = truth !== undefined && height >= 2 * textSize * unit
    context.fillStyle = theme.colours.ink
    context.fillText(formatNumber(predicted), width / 2, height / (two ? 4 : 2), width - 8)
    context.fillStyle = theme.colours['ink-3']
    if (two) context.fillText(formatNumber(truth), width / 2, (3 * height) / 4, width - 8)
    return true
  },
}

const outputPicture = features('features', 'output')

/** A single vector as one row. */
const pooled = features('vector', 'output')

export const pictures: Readonly<Record<BlockKind, Picture>> = {
  tokens,
  numbers: outputPicture,
  embedding: outputPicture,
  position,
  segment: outputPicture,
  'self-attention': attention,
  'multi-head': attention,
  'cross-attention': attention,
  'dot-products': features('scores', 'output'),
  softmax: attentionMaps('weights', 'output'),
  'weighted-sum': outputPicture,
  recurrent: outputPicture,
  norm,
  'feed-forward': outputPicture,
  linear: outputPicture,
  activation: outputPicture,
  add: outputPicture,
  multiply: outputPicture,
  scale: outputPicture,
  concat: outputPicture,
  slice: outputPicture,
  pool: pooled,
  dropout: outputPicture,
  classifier: likeliest('classifier'),
  'next-token': likeliest('classifier'),
  'sequence-classifier': likeliest('sequence'),
  'multi-label': likeliest('labels'),
  regression: number,
}

/** Placeholder before there is any data: the shape of the value. */
export function drawShape(
  { context, width, height }: Surface,
  shape: readonly number[],
  { colours, mono }: Theme,
  unit: number,
): void {
  context.fillStyle = colours['ink-3']
  context.font = `500 ${textSize * unit}px ${mono}`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(shape.join(' × '), width / 2, height / 2, width - 8)
}
