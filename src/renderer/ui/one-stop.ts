/**
 * Roving tabindex: a region of controls with one Tab stop. Arrow keys move between controls, Home and End jump to the first and last, and
 * Tab returns to the one last used. Text fields keep their arrow keys and their own Tab stop.
 */
import type { Directive } from 'vue'

const controls = 'button, a[href], [tabindex]'
const fields = 'input, select, textarea, [role="slider"], [contenteditable="true"]'
const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

const stops = new WeakMap<HTMLElement, () => void>()

export const vOneStop: Directive<HTMLElement> = {
  mounted(region) {
    let current: HTMLElement | undefined
    const items = (): HTMLElement[] =>
      [...region.querySelectorAll<HTMLElement>(controls)].filter(
        (item) => !item.matches(`${fields}, :disabled`) && item.closest('[hidden]') === null,
      )
    function update(): void {
      const all = items()
      if (!current || !all.includes(current)) current = all[0]
      for (const item of all) item.tabIndex = item === current ? 0 : -1
    }
    function take({ target }: FocusEvent): void {
      const item = items().find((each) => each === target)
      if (!item) return
      current = item
      update()
    }
    function move(event: KeyboardEvent): void {
      const { target, key } = event
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
      const all = items()
      const at = all.findIndex((item) => item === target)
      if (at < 0 || ((target as HTMLElement).getAttribute('aria-haspopup') === 'menu' && key === 'ArrowDown')) return
      const step = steps[key]
      const next = key === 'Home' ? all[0] : key === 'End' ? all.at(-1) : step === undefined ? undefined : all[at + step]
      if (!next) return
      event.preventDefault()
      next.focus()
    }
    update()
    region.addEventListener('focusin', take)
    region.addEventListener('keydown', move)
    const observer = new MutationObserver(update)
    observer.observe(region, { childList: true, subtree: true, attributeFilter: ['disabled'] })
    stops.set(region, () => observer.disconnect())
  },
  unmounted(region) {
    stops.get(region)?.()
  },
}
