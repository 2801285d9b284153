/** Opens the context menus of blocks, wires and the canvas by mouse or keyboard, and restores the focus afterwards. */
import type { VueFlowStore } from '@vue-flow/core'
import type { ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useScope } from '../stores/scope'
import type { Point } from './geometry'
import { useBlockTexts } from './useBlockTexts'
import type { useCanvasMenu } from './useCanvasMenu'
import type { usePlaces } from './usePlaces'
import type { useWires } from './useWires'

interface ContextMenu {
  readonly root: Readonly<ShallowRef<HTMLElement | null>>
  readonly flow: VueFlowStore
  readonly places: Pick<ReturnType<typeof usePlaces>, 'all'>
  readonly wires: Pick<ReturnType<typeof useWires>, 'wires' | 'paths' | 'selected' | 'select' | 'unselect'>
  readonly menu: ReturnType<typeof useCanvasMenu>
  readonly focusNode: (id: string) => Promise<void>
}

export function useContextMenu({ root, flow, places, wires, menu, focusNode }: ContextMenu) {
  const { t } = useI18n()
  const scope = useScope()
  const texts = useBlockTexts()

  /** Menu of the selection with this block (selected if it was not), else of the selected wires, else of the canvas. */
  function show(block: string | undefined, at?: Point): void {
    if (block !== undefined && !scope.selection.includes(block)) scope.select([block])
    const [first, ...others] = scope.selection
    const rect = places.all.value.get(block ?? first ?? '')
    const beside = rect && { x: rect.x + rect.width + 10, y: rect.y }
    const wire = wires.wires.value.find(({ id }) => wires.selected.value.has(id))
    const centre = flow.screenToFlowCoordinate(middleOf(root.value))
    if (first !== undefined) {
      const title = others.length > 0 ? t('canvas.severalBlocks', { count: scope.selection.length }) : texts.title(first)
      menu.offerActions('blocks', title, at ?? beside ?? centre, others.length > 0 ? null : first)
    } else if (wire) {
      const title = t('canvas.wireTitle', { source: texts.title(wire.from.node), target: texts.title(wire.to.node) })
      menu.offerActions('wires', title, at ?? wires.paths.get(wire.id)?.points[6] ?? centre, null)
    } else menu.offerActions('canvas', t('canvas.label'), at ?? centre, null)
  }

  function onContextMenu(event: MouseEvent): void {
    const { target } = event
    if (!scope.document || !(target instanceof Element) || !target.closest('.vue-flow') || target.closest('button')) return
    event.preventDefault()
    const block = target.closest<HTMLElement>('.vue-flow__node-block')?.dataset['id']
    const wire = target.closest<SVGElement>('[data-wire]')?.dataset['wire']
    if (wire !== undefined && !wires.selected.value.has(wire)) wires.select(wire, false)
    if (block === undefined && !target.closest('.vue-flow__nodesselection')) scope.select([])
    if (wire === undefined && block === undefined) wires.unselect()
    show(block, flow.screenToFlowCoordinate({ x: event.clientX, y: event.clientY }))
  }

  function close(keepKeyboard: boolean): void {
    const node = menu.open.value?.node
    menu.close()
    if (keepKeyboard && node) void focusNode(node)
    else if (keepKeyboard) root.value?.focus({ preventScroll: true })
  }
  function choose(key: string): void {
    const carryOut = menu.take(key)
    // Focus the canvas first: the choice may move the focus elsewhere.
    root.value?.focus({ preventScroll: true })
    const node = carryOut()
    if (node) void focusNode(node)
  }
  return { show, onContextMenu, close, choose }
}

function middleOf(element: HTMLElement | null): Point {
  const { x = 0, y = 0, width = 0, height = 0 } = element?.getBoundingClientRect() ?? {}
  return { x: x + width / 2, y: y + height / 2 }
}
