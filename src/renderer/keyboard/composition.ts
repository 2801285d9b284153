/** Keeps keys of an input method (pinyin, kana, dead keys) from the application: Enter that confirms a word must not submit a form. */

/** Stops propagation of such keys without preventing their default action. Returns a function that removes the listeners. */
export function keepCompositionApart(page: Window): () => void {
  const listener = (event: KeyboardEvent): void => {
    if (event.isComposing) event.stopImmediatePropagation()
  }
  page.addEventListener('keydown', listener, true)
  return () => page.removeEventListener('keydown', listener, true)
}
