/** What the parts of one canvas share. */
import type { Connection } from '@vue-flow/core'
import { inject, provide, type ComputedRef, type InjectionKey, type Ref, type ShallowRef } from 'vue'
import type { Diagnostic } from '@core/graph/analysis'
import type { Rect, WirePath } from './geometry'
import type { Level } from './levels'
import type { Detail } from './useDetail'
import type { CanvasWire } from './useWires'
import type { Chip } from './wire-labels'

export interface CanvasContext {
  /** Where every node stands, or stood before it is being moved. */
  readonly settled: ComputedRef<ReadonlyMap<string, Rect>>
  readonly wires: ComputedRef<readonly CanvasWire[]>
  /** Reactive, wire by wire. */
  readonly paths: ReadonlyMap<string, WirePath>
  readonly chips: ReadonlyMap<string, Chip>
  /** What each wire covers, or covered before it is being moved. */
  readonly bounds: ComputedRef<ReadonlyMap<string, Rect>>
  /** The wire that is pointed at. */
  readonly hovered: Ref<string | null>
  readonly selectedWires: ShallowRef<ReadonlySet<string>>
  selectWire(id: string, add: boolean): void
  readonly detail: Detail
  /** What blocks show at this zoom. */
  readonly level: ComputedRef<Level>
  /** Problems by node. */
  readonly problems: ComputedRef<ReadonlyMap<string, readonly Diagnostic[]>>
  /** Nodes that lack something of which nothing is said yet. */
  readonly unfinished: ComputedRef<ReadonlySet<string>>
  /** Whether data flows: a run is going on and motion is welcome. */
  readonly flowing: ComputedRef<boolean>
  /** Keys of ports that would refuse the wire being dragged. */
  readonly refusing: ShallowRef<ReadonlySet<string>>
  /** Whether the wire being dragged may be let go there. */
  accepts(connection: Connection): boolean
}

const key: InjectionKey<CanvasContext> = Symbol('canvas')

export const provideCanvas = (context: CanvasContext): void => provide(key, context)

export function useCanvasContext(): CanvasContext {
  const context = inject(key)
  if (!context) throw new Error('a part of the canvas is used outside of it')
  return context
}
