/** Keyboard on the canvas, and copy and paste through clipboard events. */
import type { VueFlowStore } from '@vue-flow/core'
import { useEventListener } from '@vueuse/core'
import { matchKeyBindingPress, parseKeybinding } from 'tinykeys'
import { nextTick, type ShallowRef } from 'vue'
import { duplicateEdit } from '@core/graph/edit'
import { removalEdit } from '@core/graph/edit-wires'
import { shortcutsOf } from '../actions/action'
import { useActions } from '../actions/store'
import { actions, type ActionId } from '../actions/table'
import { useLab } from '../stores/lab'
import { useScope } from '../stores/scope'
import { acceptsWires } from './accepts'
import { copyText, pasteEdit } from './clipboard'
import { grid, type Point } from './geometry'
import type { usePlaces } from './usePlaces'
import type { useWires } from './useWires'

interface CanvasKeys {
  readonly root: Readonly<ShallowRef<HTMLElement | null>>
  readonly flow: VueFlowStore
  readonly wires: Pick<ReturnType<typeof useWires>, 'selectedInputs' | 'unselect'>
  readonly places: Pick<ReturnType<typeof usePlaces>, 'nudge' | 'settle'>
  /** Opens a group, or the inspector of a block. */
  readonly open: (node: string) => void
  readonly connect: (node: string) => void
  /** Opens the menu of a block, of the selection, or of the canvas. */
  readonly showMenu: (node: string | undefined) => void
}

/** Key bindings of the actions that belong to the canvas. */
const combinations = actions
  .filter(({ keys }) => keys === 'canvas')
  .flatMap((action) =>
    shortcutsOf(action)
      .flatMap(parseKeybinding)
      .map((combination) => ({ id: action.id, combination })),
  )

const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

export function useCanvasKeys({ root, flow, wires, places, open, connect, showMenu }: CanvasKeys) {
  const lab = useLab()
  const { perform } = useActions()
  const scope = useScope()

  const isText = (target: EventTarget | null): boolean =>
    target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  /** The focus is on the canvas, or lost because the focused element was deleted, but not in a dialog above the canvas. */
  const listening = (target: EventTarget | null): boolean =>
    !isText(target) &&
    target instanceof Node &&
    (root.value?.contains(target) === true || (target === document.body && document.querySelector('[role=dialog]') === null))
  const nodeAt = (target: EventTarget | null): string | undefined =>
    target instanceof HTMLElement && target.classList.contains('vue-flow__node') ? target.dataset['id'] : undefined

  /** The selection, or the focused block if it is not selected. */
  function chosen(): readonly string[] {
    const focused = nodeAt(document.activeElement)
    return focused === undefined || scope.selection.includes(focused) ? scope.selection : [focused]
  }

  function remove(): void {
    const edit = scope.document && removalEdit(scope.document, chosen(), wires.selectedInputs(), acceptsWires())
    if (!edit) return
    scope.edit(edit)
    root.value?.focus({ preventScroll: true })
  }

  function insert(copies: ReturnType<typeof duplicateEdit> | null): void {
    if (!copies || copies.ids.length === 0) return
    scope.edit(copies.edit)
    scope.select(copies.ids)
    root.value?.focus({ preventScroll: true })
  }

  function nudge({ x, y }: Point, far: boolean): void {
    const step = far ? 5 * grid : grid
    places.nudge(scope.selection, { x: x * step, y: y * step })
  }

  /** Actions the canvas overrides, because they depend on the focused block or the selected wires. */
  const own: Partial<Record<ActionId, () => void>> = {
    'edit.delete': remove,
    'edit.duplicate': () => insert(scope.document && duplicateEdit(scope.document, chosen())),
    'edit.connect': () => withOnly(connect),
    'edit.rename': () => withOnly(() => perform('edit.rename')),
  }
  function withOnly(act: (node: string) => void): void {
    const [id, ...others] = chosen()
    if (id === undefined || others.length > 0) return
    scope.select([id])
    act(id)
  }

  /** Returns whether the key was handled. */
  function press(event: KeyboardEvent): boolean {
    const [only, ...more] = scope.selection
    const node = nodeAt(event.target) ?? (event.target === root.value && more.length === 0 ? only : undefined)
    const arrow = arrows[event.key]
    const action = combinations.find(({ combination }) => matchKeyBindingPress(event, combination))
    if (action) (own[action.id] ?? (() => perform(action.id)))()
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) showMenu(node)
    else if (event.ctrlKey || event.metaKey || event.altKey) return false
    else if (event.key === 'Escape') {
      // Escape clears the selection first, then leaves the group.
      wires.unselect()
      if (scope.selection.length > 0 || scope.path.length === 0) scope.select([])
      else perform('edit.closeGroup')
    } else if (arrow && (node !== undefined || scope.selection.length > 0)) {
      const first = node !== undefined && !scope.selection.includes(node)
      if (first) scope.select([node])
      // Wait for the new selection to be rendered at the old position before moving it.
      if (first) void nextTick(() => nudge(arrow, event.shiftKey))
      else nudge(arrow, event.shiftKey)
    } else if (event.key === '+' || event.key === '=') void flow.zoomIn()
    else if (event.key === '-') void flow.zoomOut()
    else if (node !== undefined && event.key === 'Enter') {
      scope.select([node])
      open(node)
    } else if (node !== undefined && event.key === ' ') {
      scope.select(scope.selection.includes(node) ? scope.selection.filter((id) => id !== node) : [...scope.selection, node])
    } else return false
    return true
  }

  useEventListener(window, 'keydown', (event) => {
    if (event.defaultPrevented || !listening(event.target) || !lab.document) return
    // Buttons on the canvas keep their own keys.
    if (event.target instanceof HTMLElement && event.target.closest('button') && !event.ctrlKey && !event.metaKey) return
    if (press(event)) event.preventDefault()
  })
  useEventListener(window, 'keyup', (event) => {
    if (event.key in arrows) places.settle()
  })
  useEventListener(window, 'blur', () => places.settle())

  function copy(event: ClipboardEvent): boolean {
    if (!listening(event.target) || !scope.document || String(document.getSelection()) !== '') return false
    const text = copyText(scope.document, chosen())
    if (text === null) return false
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    return true
  }
  useEventListener(document, 'copy', copy)
  useEventListener(document, 'cut', (event) => {
    if (copy(event)) remove()
  })
  useEventListener(document, 'paste', (event) => {
    if (!listening(event.target) || !scope.document) return
    insert(pasteEdit(scope.document, event.clipboardData?.getData('text/plain') ?? ''))
  })

  return { remove }
}
