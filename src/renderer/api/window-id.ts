/** Identifies the window: stable across reloads, different for every other window. */
const key = 'attention-lab.window'

export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** The id is in sessionStorage only while the page is unloaded: a duplicated window copies sessionStorage and must not get the same id. */
export function openWindow(): string {
  const id = sessionStorage.getItem(key) ?? randomId()
  sessionStorage.removeItem(key)
  window.addEventListener('pagehide', () => sessionStorage.setItem(key, id))
  window.addEventListener('pageshow', () => sessionStorage.removeItem(key)) // restored from the back/forward cache
  return id
}
