/** Transfers one MessagePort from the main process to the page. Exposes no method names and no general channel. */
import { ipcRenderer } from 'electron'
import { portGiven, portWanted } from '../core/contract/handover'

window.addEventListener('message', ({ source, data }) => {
  if (source === window && data === portWanted) ipcRenderer.send(portWanted)
})
ipcRenderer.on(portGiven, ({ ports }) => window.postMessage(portGiven, location.origin, [...ports]))
