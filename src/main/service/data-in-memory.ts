/** Keeps texts in memory only, so that none remains on disk, however the process ends. */
import { LabError } from '@core/errors'
import { textOf, type DataStore } from './data'
import { asText } from './text-file'

export function createDataInMemory(): DataStore {
  const texts = new Map<string, ReturnType<typeof textOf>>()
  const get = (id: string) =>
    new Promise<ReturnType<typeof textOf>>((resolve, reject) => {
      const found = texts.get(id)
      if (found) resolve(found)
      else reject(new LabError('data.unknown', { id }))
    })
  return {
    async add(name, bytes, tokeniserOf) {
      const read = textOf(name, await asText(bytes), tokeniserOf && (await get(tokeniserOf)).text)
      texts.set(read.added.id, read)
      return read.added
    },
    list: () => Promise.resolve([...texts.values()].map(({ added }) => added)),
    notices: (id) => Promise.resolve(texts.get(id)?.added.notices ?? []),
    read: async (id) => (await get(id)).text,
    async remove(id) {
      await get(id)
      texts.delete(id)
    },
  }
}
