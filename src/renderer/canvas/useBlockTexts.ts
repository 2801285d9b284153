/** Names and descriptions of nodes in the current language. Shared, because hundreds of blocks and wires use them. */
import { LRUCache } from 'lru-cache'
import { defineStore } from 'pinia'
import { blockByKind } from '@core/blocks'
import type { WireType } from '@core/graph/analysis'
import { outside } from '@core/graph/edit'
import { groupKind, repetitionsOf } from '@core/graph/groups'
import type { GraphNode, PortRef } from '@core/lab/document'
import { i18n } from '../locales'
import { useBlockNames } from '../locales/blockNames'
import { useAnalysis } from '../stores/analysis'
import { useLab } from '../stores/lab'
import { useScope } from '../stores/scope'
import { useTask } from '../stores/task'
import { portsOf, sourceOf } from './connections'

export const useBlockTexts = defineStore('blockTexts', () => {
  const { t, te, locale } = i18n.global
  const lab = useLab()
  const scope = useScope()
  const task = useTask()
  const analysis = useAnalysis()

  const { kindName, title, shortTitle } = useBlockNames()

  /** Parameters for captions: the node's own, with choices by label, plus derived values. */
  function placeholders(node: GraphNode): Record<string, string | number> {
    const values: Record<string, string | number> = {
      batch: lab.document?.training.batchSize ?? '–',
      length: task.spec?.signature.length ?? '–',
      categories: task.spec?.signature.vocabulary ?? '–',
      classes: task.spec?.signature.classes ?? '–',
    }
    // A lab file may omit parameters with default values.
    const params = { ...blockByKind(node.kind)?.params.parse({}), ...node.params }
    for (const [name, value] of Object.entries(params)) {
      const choice = `blocks.${node.kind}.params.${name}.choices.${String(value)}`
      values[name] = te(choice) ? t(choice) : typeof value === 'number' ? numberText(value) : String(value)
    }
    return values
  }
  function text(node: GraphNode, part: 'caption' | 'tag'): string {
    if (node.kind === groupKind) return part === 'tag' && repetitionsOf(node) > 1 ? `× ${repetitionsOf(node)}` : ''
    return te(`blocks.${node.kind}.${part}`) ? t(`blocks.${node.kind}.${part}`, placeholders(node)) : ''
  }

  /** Wires carry few distinct shapes. */
  const shapeTexts = new LRUCache<string, string>({ max: 1000 })
  const axisName = (axis: string): string => (te(`canvas.axes.${axis}`) ? t(`canvas.axes.${axis}`) : axis)
  /** `batch 32, token 16, feature 32` */
  function shapeText(type: WireType | undefined): string {
    if (!type) return t('canvas.unknownShape')
    const key = `${locale.value} ${type.axes.join()} ${type.shape.join()}`
    const known = shapeTexts.get(key)
    if (known !== undefined) return known
    const sizes = type.axes.map((axis, i) => t('canvas.axisSize', { axis: axisName(axis), size: type.shape[i] ?? '?' }))
    const text = sizes.join(t('canvas.listComma'))
    shapeTexts.set(key, text)
    return text
  }
  /** The shape at an output; undefined for the inputs of a group, whose shape depends on the use. */
  const wireType = (from: PortRef): WireType | undefined =>
    from.node === outside ? undefined : analysis.result?.nodes[scope.fullName(from.node)]?.outputs[from.port]
  const nodeTitle = (id: string): string => (id === outside ? t('groups.outside') : title(id))

  /** One sentence for screen readers: name, problems, inputs and outputs. */
  function description(node: GraphNode, problems: number): string {
    const document = scope.document
    if (!document) return title(node.id)
    const parts = [title(node.id)]
    if (problems > 0) parts.push(t('canvas.hasProblem'))
    for (const port of portsOf(document, node.id, 'in')) {
      const source = sourceOf(document, port)
      parts.push(
        source
          ? t('canvas.inputFrom', { port: port.port, source: nodeTitle(source.node) })
          : t('canvas.inputOpen', { port: port.port }),
      )
    }
    for (const port of portsOf(document, node.id, 'out')) {
      parts.push(t('canvas.outputGives', { port: port.port, shape: shapeText(wireType(port)) }))
    }
    return parts.join(t('canvas.listSemicolon'))
  }

  return { kindName, text, title: nodeTitle, shortTitle, shapeText, wireType, description }
})

/** Four significant digits; small numbers in scientific notation, since 1e-5 is easier to read than 0.00001. */
function numberText(value: number): string {
  const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(4))
  return rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential() : String(rounded)
}

const familyOf = (kind: string): string => (kind === groupKind ? groupKind : (blockByKind(kind)?.family ?? 'shape'))
/** CSS variable with the colour of the kind's family. */
export const familyColour = (kind: string): string => `var(--${familyOf(kind)})`
/** For elements that show the family by colour and symbol. */
export const familyStyle = (kind: string) => ({ '--family': familyColour(kind), '--sign': `var(--${familyOf(kind)}-sign)` })
