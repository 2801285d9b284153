/** Choosing and downloading files in a browser, without native dialogs. */

/** Opens the browser's file dialog. Resolves to null when it is cancelled. */
export function chooseFile(accept: string): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = accept
    input.hidden = true
    const answer = (file: File | null): void => {
      input.remove()
      resolve(file)
    }
    input.addEventListener('change', () => answer(input.files?.[0] ?? null))
    input.addEventListener('cancel', () => answer(null))
    document.body.append(input)
    input.click()
  })
}

export function download(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** Reads a file. `progress` is called with the share read so far, from 0 to 1. */
export async function readBytes(file: File, progress: (share: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(file.size)
  const reader = file.stream().getReader()
  let length = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes.set(part.value, length)
    length += part.value.length
    progress(length / file.size)
  }
  return bytes
}
