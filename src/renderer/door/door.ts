/**
 * The door of a class: this page has no secret in its address, so a pupil's code is exchanged for a ticket before the lab is connected. The
 * personal code is kept for this tab only, so that the next user of the device does not find it.
 */
import { createApp, type App } from 'vue'
import { socketPath, socketProtocol } from '@core/contract/handover'
import type { Port } from '@core/contract/port'
import type { LabError } from '@core/errors'
import { openSocket } from '../api/socket-port'
import { i18n } from '../locales'
import DoorView from './DoorView.vue'
import { exchange, keptKey, type Entered } from './exchange'

/** The pupils' page has no path; the owner's begins with the token. */
export const isDoor = (): boolean => location.protocol.startsWith('http') && location.pathname === '/'

/** Connects through the door: with the code of this tab, or after the pupil has entered. */
export function openThroughDoor(): () => Promise<Port> {
  return async () => {
    const key = sessionStorage.getItem(keptKey)
    const known = key === null ? null : await exchange('back', { key }).catch(forgetIfWrong)
    const { ticket } = known ?? (await askAtDoor())
    const address = new URL(`/${socketPath}`, location.href)
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
    return openSocket(address, [socketProtocol, ticket])
  }
}

function forgetIfWrong(error: unknown): null {
  if ((error as LabError).code !== 'class.wrong-code') throw error // tried again soon
  sessionStorage.removeItem(keptKey)
  return null
}

/** Shows the door in front of the application until the pupil is let in. */
function askAtDoor(): Promise<Entered> {
  return new Promise((resolve) => {
    const place = document.createElement('div')
    document.body.append(place)
    const app: App = createApp(DoorView, {
      onEntered: (entered: Entered) => {
        app.unmount()
        place.remove()
        resolve(entered)
      },
    })
    app.use(i18n).mount(place)
  })
}
