/** A canvas at device resolution that redraws when its size or any reactive value read while drawing changes. */
import { useDevicePixelRatio, useElementSize, useElementVisibility } from '@vueuse/core'
import { watchEffect, type Ref } from 'vue'

export interface Surface {
  readonly context: CanvasRenderingContext2D
  /** CSS pixels; the context is scaled accordingly. */
  readonly width: number
  readonly height: number
  /** Device pixels per CSS pixel. */
  readonly ratio: number
}

/**
 * Calls `draw` on a cleared canvas while it is visible. `draw` is tracked like an effect, so it must read its reactive values
 * synchronously. Returns whether the canvas is visible.
 */
export function useCanvas(
  canvas: Readonly<Ref<HTMLCanvasElement | null>>,
  draw: (surface: Surface) => void,
): Readonly<Ref<boolean>> {
  const { width, height } = useElementSize(canvas)
  const { pixelRatio } = useDevicePixelRatio()
  const visible = useElementVisibility(canvas)

  watchEffect(
    () => {
      const element = canvas.value
      if (!element || !visible.value || width.value < 1 || height.value < 1) return
      const ratio = pixelRatio.value
      const [across, down] = [Math.round(width.value * ratio), Math.round(height.value * ratio)]
      if (element.width !== across) element.width = across
      if (element.height !== down) element.height = down
      // Matrices are written pixel by pixel, which is fastest in main memory.
      const context = element.getContext('2d', { willReadFrequently: true })
      if (!context) return
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      context.clearRect(0, 0, width.value, height.value)
      draw({ context, width: width.value, height: height.value, ratio })
    },
    { flush: 'post' },
  )
  return visible
}
