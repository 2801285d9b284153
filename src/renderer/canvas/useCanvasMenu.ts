/** Menus on the canvas: actions, blocks that fit a loose wire, and connections of a block's ports. */
import { ref, shallowRef, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { blockByKind } from '@core/blocks'
import { connectionChecker } from '@core/graph/connection'
import type { Edit } from '@core/graph/edit'
import { nodeIn } from '@core/graph/scope'
import { isEnabled, labelOf, shortcutText } from '../actions/action'
import { useActions } from '../actions/store'
import { actionOf, type ActionId } from '../actions/table'
import { useLab } from '../stores/lab'
import { useScope } from '../stores/scope'
import { useTask } from '../stores/task'
import { fittingBlocks, opposites, portsOf, refusal, sourceOf, wireBetween, type Port } from './connections'
import { heightFor, nodeSize, portOffset, snap, type Point, type Rect } from './geometry'
import { useBlockTexts } from './useBlockTexts'

export interface Choice {
  readonly key: string
  readonly label: string
  /** Secondary text after the label. */
  readonly detail?: string
  /** Kind of the block it refers to. */
  readonly kind?: string
  readonly shortcut?: string | undefined
}

/** Actions per target, in order; disabled ones are left out. */
const menus = {
  blocks: ['edit.openGroup', 'edit.rename', 'edit.connect', 'edit.duplicate', 'edit.group', 'edit.ungroup', 'edit.delete'],
  wires: ['edit.deleteWire'],
  canvas: [
    'edit.undo',
    'edit.redo',
    'view.findBlock',
    'edit.selectAll',
    'edit.closeGroup',
    'edit.check',
    'view.fit',
    'view.tidy',
    'view.worth',
    'view.patch',
  ],
} as const satisfies Record<string, readonly ActionId[]>

/** Result of a choice: the edit, the block to focus next, and the announcement. */
interface Done {
  readonly edit: Edit
  readonly next: string
  readonly said: string
}

interface OpenMenu {
  readonly title: string
  readonly empty: string
  readonly choices: readonly Choice[]
  /** Position on the canvas. */
  readonly at: Point
  /** The block to focus when the menu closes. */
  readonly node: string | null
  readonly perform: ReadonlyMap<string, () => Done | null>
}

export function useCanvasMenu(rects: ComputedRef<ReadonlyMap<string, Rect>>) {
  const lab = useLab()
  const scope = useScope()
  const task = useTask()
  const { t } = useI18n()
  const texts = useBlockTexts()
  const { perform } = useActions()
  const open = shallowRef<OpenMenu | null>(null)
  /** Last change, announced to screen readers. */
  const said = ref('')

  function close(): void {
    open.value = null
  }

  /** A wire was dropped on the empty canvas: offers blocks that fit. */
  function offerBlocks(port: Port, at: Point): void {
    if (!scope.document) return
    const fitting = fittingBlocks(scope.document, port)
    open.value = {
      title: t('canvas.addAndConnect'),
      empty: t('canvas.nothingFits'),
      choices: fitting.map(({ kind }) => ({ key: kind, label: texts.kindName(kind), kind })),
      at,
      node: null,
      perform: new Map(
        fitting.map(({ kind, edit }) => [
          kind,
          () => {
            // Align the port, not the corner, with the drop position.
            const left = port.side === 'out' ? 0 : nodeSize.width
            const ports = Object.keys(blockByKind(kind)?.[port.side === 'out' ? 'inputs' : 'outputs'] ?? {}).length
            const place = snap({ x: at.x - left, y: at.y - portOffset(0, Math.max(1, ports), heightFor(ports)) })
            const added = edit(place)
            return { edit: added.edit, next: added.id, said: t('canvas.added', { block: texts.kindName(kind) }) }
          },
        ]),
      ),
    }
  }

  /** Offers all possible connections of a block, and its existing wires. */
  function offerPorts(node: string): void {
    const { document: whole } = lab
    const { document } = scope
    const { spec } = task
    const group = scope.group
    const rect = rects.value.get(node)
    if (!whole || !document || !spec || !rect) return
    const check = connectionChecker(whole, spec.signature, group)
    const choices: Choice[] = []
    const done = new Map<string, () => Done>()
    for (const port of [...portsOf(document, node, 'out'), ...portsOf(document, node, 'in')]) {
      for (const other of opposites(document, port, group)) {
        const wire = wireBetween(port, other)
        if (!wire || refusal(check, port, other)) continue
        const source = sourceOf(document, wire.to)
        if (source?.node === wire.from.node && source.port === wire.from.port) continue
        const key = `${port.port}-${other.node}-${other.port}`
        const arrow = port.side === 'out' ? '→' : '←'
        choices.push({
          key,
          label: `${port.port} ${arrow} ${texts.title(other.node)}`,
          detail: other.port,
          kind: nodeIn(document, other.node)?.kind ?? '',
        })
        done.set(key, () => ({
          edit: { type: 'connect', ...wire },
          next: node,
          said: t('canvas.connected', { source: texts.title(wire.from.node), target: texts.title(wire.to.node) }),
        }))
      }
    }
    for (const port of portsOf(document, node, 'in')) {
      const source = sourceOf(document, port)
      if (!source) continue
      const key = `disconnect-${port.port}`
      const label = t('canvas.disconnect', { port: port.port, source: texts.title(source.node) })
      choices.push({ key, label })
      done.set(key, () => ({
        edit: { type: 'disconnect', to: { node, port: port.port } },
        next: node,
        said: label,
      }))
    }
    open.value = {
      title: t('canvas.connectTitle', { block: texts.title(node) }),
      empty: t('canvas.nothingConnects'),
      choices,
      at: { x: rect.x + rect.width + 10, y: rect.y },
      node,
      perform: done,
    }
  }

  /** Offers actions on the selection or the canvas. `node` gets the focus if nothing is chosen. */
  function offerActions(kind: keyof typeof menus, title: string, at: Point, node: string | null): void {
    const offered = menus[kind].map(actionOf).filter(isEnabled)
    open.value = {
      ...{ title, at, node, empty: t('canvas.nothingToDo') },
      choices: offered.map((action) => ({
        key: action.id,
        label: labelOf(action),
        shortcut: shortcutText(action.shortcut),
      })),
      perform: new Map(
        offered.map((action) => [
          action.id,
          () => {
            perform(action)
            return null
          },
        ]),
      ),
    }
  }

  /** Closes the menu. Returns a function that applies the choice and returns the block to focus next, if any. */
  function take(key: string): () => string | null {
    const chosen = open.value?.perform.get(key)
    close()
    return () => {
      const done = chosen?.()
      if (!done) return null
      scope.edit(done.edit)
      said.value = done.said
      return done.next
    }
  }

  return { open, said, close, take, offerActions, offerBlocks, offerPorts }
}
