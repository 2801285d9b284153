/** What the host provides: its description, the built-in labs, and custom data. Requested on every connection. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { DataSummary, HostDescription } from '@core/contract/lab'
import type { LabDocument } from '@core/lab/document'
import { useHost } from '../api/host'
import { useNotices } from './notices'

export interface BuiltInLab {
  readonly id: string
  readonly document: LabDocument
}

export const useWorkspace = defineStore('workspace', () => {
  const host = useHost()
  const notices = useNotices()
  const description = shallowRef<HostDescription | null>(null)
  const labs = shallowRef<readonly BuiltInLab[]>([])
  const texts = shallowRef<readonly DataSummary[]>([])

  async function load(): Promise<void> {
    const [described, listed, kept] = await Promise.all([
      host.call['host.describe']({}),
      host.call['labs.list']({}),
      host.call['data.list']({}),
    ])
    description.value = described
    texts.value = kept
    labs.value = await Promise.all(listed.map(async ({ id }) => ({ id, document: await host.call['labs.read']({ id }) })))
  }
  host.onConnected(() => void notices.attempt(load))

  /** After the host has added data itself. */
  async function loadTexts(): Promise<void> {
    texts.value = await host.call['data.list']({})
  }
  /** With `tokeniserOf`, for the pretrained model of that data. */
  async function addText(name: string, bytes: Uint8Array<ArrayBuffer>, tokeniserOf?: string): Promise<DataSummary> {
    const added = await host.call['data.add']({ name, bytes, ...(tokeniserOf !== undefined && { tokeniserOf }) })
    texts.value = [added, ...texts.value.filter(({ id }) => id !== added.id)]
    return added
  }
  return { load, description, labs, texts, loadTexts, addText }
})
