/** The view a lab opens with: large enough to be read; what does not fit is panned to. */
import type { Point, Rect } from './geometry'

export type View = Point & { readonly zoom: number }

interface Span {
  readonly start: number
  readonly length: number
}

/** Where a window of this length begins: around all of it, or at its first part, as near to the middle as the ends allow. */
function windowStart(whole: Span, first: Span, window: number): number {
  if (whole.length <= window) return whole.start - (window - whole.length) / 2
  const centred = first.start + (first.length - window) / 2
  return Math.max(whole.start, Math.min(centred, whole.start + whole.length - window))
}

/** At `zoom`, shows the `first` block of a picture within `room`, a part of the screen, and as much of the rest as fits. */
export function beginningView(whole: Rect, first: Rect, room: Rect, zoom: number): View {
  const left = windowStart({ start: whole.x, length: whole.width }, { start: first.x, length: first.width }, room.width / zoom)
  const top = windowStart(
    { start: whole.y, length: whole.height },
    { start: first.y, length: first.height },
    room.height / zoom,
  )
  return { x: room.x - left * zoom, y: room.y - top * zoom, zoom }
}
