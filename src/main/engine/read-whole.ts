/** Files of any size: Node reads none of 2 GiB or more at once. */
import { open } from 'node:fs/promises'

const most = 2 ** 30

/** Reads at most `atOnce` bytes at a time. Throws what the file system throws, and RangeError where the file became shorter meanwhile. */
export async function readWhole(path: string, atOnce = most): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path)
  try {
    const bytes = new Uint8Array((await file.stat()).size)
    for (let at = 0; at < bytes.length;) {
      const { bytesRead } = await file.read(bytes, at, Math.min(atOnce, bytes.length - at), at)
      if (bytesRead === 0) throw new RangeError('the file became shorter while it was read')
      at += bytesRead
    }
    return bytes
  } finally {
    await file.close()
  }
}
