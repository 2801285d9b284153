/** Choosing and downloading files in a browser, without native dialogs. */

/** Opens the browser's file dialog. Resolves to null when it is cancelled. */
export const chooseFile = async (accept: string): Promise<File | null> => (await choose(accept, false))[0] ?? null

/** Several at a time; none when it is cancelled. */
export const chooseFiles = (accept: string): Promise<readonly File[]> => choose(accept, true)

/** All files of a folder and those inside it; none when it is cancelled. */
export const chooseFolder = (): Promise<readonly File[]> => choose('', true, true)

function choose(accept: string, multiple: boolean, folder = false): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = accept
    input.multiple = multiple
    input.webkitdirectory = folder
    input.hidden = true
    const answer = (files: readonly File[]): void => {
      input.remove()
      resolve(files)
    }
    input.addEventListener('change', () => answer([...(input.files ?? [])]))
    input.addEventListener('cancel', () => answer([]))
    document.body.append(input)
    input.click()
  })
}

export function download(name: string, content: string | Uint8Array<ArrayBuffer> | Blob, type = 'application/json'): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([content], { type }))
  link.download = name
  link.click()
  // Chromium reads the blob after the click handler has returned.
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
