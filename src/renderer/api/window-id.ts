/** Which window this page is in: the same after a reload, another for every other window. */
const key = 'attention-lab.window'

export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/**
 * While the page is there its window's storage is empty, and it is written when the page goes: a window that the browser duplicates
 * copies the storage, and must not take the other's work for its own.
 */
export function openWindow(): string {
  const id = sessionStorage.getItem(key) ?? randomId()
  sessionStorage.removeItem(key)
  window.addEventListener('pagehide', () => sessionStorage.setItem(key, id))
  window.addEventListener('pageshow', () => sessionStorage.removeItem(key)) // back from the browser's cache of pages
  return id
}
