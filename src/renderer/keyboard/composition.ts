/** Keys with which an input method composes (pinyin, kana, dead keys) are its own: Enter takes a word there, and sends nothing here. */

/** Nobody on the page hears of such keys; what the browser makes of them is left as it is. Returns a function that ends this. */
export function keepCompositionApart(page: Window): () => void {
  const listener = (event: KeyboardEvent): void => {
    if (event.isComposing) event.stopImmediatePropagation()
  }
  page.addEventListener('keydown', listener, true)
  return () => page.removeEventListener('keydown', listener, true)
}
