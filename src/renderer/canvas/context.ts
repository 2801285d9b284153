/** What the parts of one canvas share. */
import type { Connection } from '@vue-flow/core'
import { inject, provide, type ComputedRef, type InjectionKey, type ShallowRef } from 'vue'
import type { Diagnostic } from '@core/graph/analysis'
import type { WirePath } from './geometry'
import type { Chip } from './wire-labels'

export interface CanvasContext {
  readonly paths: ComputedRef<ReadonlyMap<string, WirePath>>
  readonly chips: ComputedRef<ReadonlyMap<string, Chip>>
  /** Problems by node. */
  readonly problems: ComputedRef<ReadonlyMap<string, readonly Diagnostic[]>>
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
