/** State shared by the components of one canvas. */
import type { Connection } from '@vue-flow/core'
import { inject, provide, type ComputedRef, type InjectionKey, type Ref, type ShallowRef } from 'vue'
import type { Diagnostic } from '@core/graph/analysis'
import type { Rect, WirePath } from './geometry'
import type { Level } from './levels'
import type { Detail } from './useDetail'
import type { CanvasWire } from './useWires'
import type { Chip } from './wire-labels'

export interface CanvasContext {
  /** Position of every node, ignoring a drag in progress. */
  readonly settled: ComputedRef<ReadonlyMap<string, Rect>>
  readonly wires: ComputedRef<readonly CanvasWire[]>
  /** Reactive per wire. */
  readonly paths: ReadonlyMap<string, WirePath>
  readonly chips: ReadonlyMap<string, Chip>
  /** Bounding box of every wire, ignoring a drag in progress. */
  readonly bounds: ComputedRef<ReadonlyMap<string, Rect>>
  /** The hovered wire. */
  readonly hovered: Ref<string | null>
  readonly selectedWires: ShallowRef<ReadonlySet<string>>
  selectWire(id: string, add: boolean): void
  readonly detail: Detail
  /** Level of detail at the current zoom. */
  readonly level: ComputedRef<Level>
  /** Problems by node. */
  readonly problems: ComputedRef<ReadonlyMap<string, readonly Diagnostic[]>>
  /** Nodes with problems that are not reported yet. */
  readonly unfinished: ComputedRef<ReadonlySet<string>>
  /** Whether wires animate: a run is training and reduced motion is off. */
  readonly flowing: ComputedRef<boolean>
  /** Keys of the ports that refuse the wire being dragged. */
  readonly refusing: ShallowRef<ReadonlySet<string>>
  /** Whether the wire being dragged may be dropped there. */
  accepts(connection: Connection): boolean
}

const key: InjectionKey<CanvasContext> = Symbol('canvas')

export const provideCanvas = (context: CanvasContext): void => provide(key, context)

export function useCanvasContext(): CanvasContext {
  const context = inject(key)
  if (!context) throw new Error('a part of the canvas is used outside of it')
  return context
}
