/** Initial view of a lab: large enough to be readable, even if the graph does not fit. */
import type { Point, Rect } from './geometry'

export type View = Point & { readonly zoom: number }

interface Span {
  readonly start: number
  readonly length: number
}

/** Start of the window along one axis: centred on the whole if it fits, else on the first block within the limits. */
function windowStart(whole: Span, first: Span, window: number): number {
  if (whole.length <= window) return whole.start - (window - whole.length) / 2
  const centred = first.start + (first.length - window) / 2
  return Math.max(whole.start, Math.min(centred, whole.start + whole.length - window))
}

/** A view at `zoom` that shows the `first` block inside `room` (screen pixels) and as much of the rest as fits. */
export function beginningView(whole: Rect, first: Rect, room: Rect, zoom: number): View {
  const left = windowStart({ start: whole.x, length: whole.width }, { start: first.x, length: first.width }, room.width / zoom)
  const top = windowStart(
    { start: whole.y, length: whole.height },
    { start: first.y, length: first.height },
    room.height / zoom,
  )
  return { x: room.x - left * zoom, y: room.y - top * zoom, zoom }
}
