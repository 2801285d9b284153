/** Submissions to the desk. One that cannot be sent now is sent when the connection is back, and counts once however often it is sent. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { dequal } from 'dequal/lite'
import { LabError } from '@core/errors'
import { useHost } from '../api/host'
import { randomId } from '../api/window-id'
import { useNotices } from './notices'

interface Work {
  readonly kit: string
  readonly runs: readonly { readonly assignment: string; readonly run: string }[]
}

export const useHandIns = defineStore('hand-ins', () => {
  const host = useHost()
  const notices = useNotices()
  /** Not yet at the desk, the oldest first. */
  const waiting = shallowRef<readonly { readonly id: string; readonly work: Work }[]>([])
  let sending: Promise<void> = Promise.resolve()

  async function handIn(work: Work): Promise<void> {
    if (!waiting.value.some((each) => dequal(each.work, work))) waiting.value = [...waiting.value, { id: randomId(), work }]
    await sendAll()
    if (waiting.value.length > 0) notices.tell('class.handInWaits')
  }

  const sendAll = (): Promise<void> => (sending = sending.then(sendInOrder))
  async function sendInOrder(): Promise<void> {
    for (const { id, work } of waiting.value) {
      try {
        await host.call['class.handIn']({ id, kit: work.kit, runs: [...work.runs] })
        notices.tell('class.handedIn')
      } catch (error) {
        if (error instanceof LabError && error.code === 'connection-closed') return
        notices.fail(error)
      }
      waiting.value = waiting.value.filter((each) => each.id !== id)
    }
  }
  host.onConnected(() => void sendAll())

  return { waiting, handIn }
})
