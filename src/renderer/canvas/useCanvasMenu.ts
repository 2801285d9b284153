/** The lists that open on the canvas: what can be done, blocks that fit a loose wire, and what a block's ports can be joined with. */
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
import { nodeSize, portOffset, snap, type Point, type Rect } from './geometry'
import { useBlockTexts } from './useBlockTexts'

export interface Choice {
  readonly key: string
  readonly label: string
  /** Smaller, behind the label. */
  readonly detail?: string
  /** Of the block it is about. */
  readonly kind?: string
  readonly shortcut?: string | undefined
}

/** What can be done with what was pointed at, in this order, as far as it can be done now. */
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
  ],
} as const satisfies Record<string, readonly ActionId[]>

/** A choice carried out: the edit, which block has the keyboard next, and what to say of it. */
interface Done {
  readonly edit: Edit
  readonly next: string
  readonly said: string
}

interface OpenMenu {
  readonly title: string
  readonly empty: string
  readonly choices: readonly Choice[]
  /** On the canvas. */
  readonly at: Point
  /** Which block has the keyboard when the list closes. */
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
  /** The last thing done, for those who hear it. */
  const said = ref('')

  function close(): void {
    open.value = null
  }

  /** A wire was let go over nothing: what could stand there? */
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
            // The port, not the corner, stands where the wire was let go.
            const left = port.side === 'out' ? 0 : nodeSize.width
            const ports = Object.keys(blockByKind(kind)?.[port.side === 'out' ? 'inputs' : 'outputs'] ?? {}).length
            const place = snap({ x: at.x - left, y: at.y - portOffset(0, Math.max(1, ports)) })
            const added = edit(place)
            return { edit: added.edit, next: added.id, said: t('canvas.added', { block: texts.kindName(kind) }) }
          },
        ]),
      ),
    }
  }

  /** Everything a block can be joined with, and the wires it has. */
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

  /** What can be done, with the selection or with the canvas. `node` has the keyboard when nothing is chosen. */
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

  /** Closes the list; gives what carries the choice out and tells the block that has the keyboard next, if there is one. */
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
