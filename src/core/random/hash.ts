/** A content hash by which tasks choose the validation set: the same sequence is always on the same side of the split. */

/** 32 bits, from 0 to 2³² − 1: FNV-1a over the ids, then the finaliser of MurmurHash3, so that every bit matters. */
export function hashIds(ids: ArrayLike<number>): number {
  let hash = 0x811c9dc5 ^ ids.length
  for (let i = 0; i < ids.length; i++) hash = Math.imul(hash ^ ids[i]!, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
