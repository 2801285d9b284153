/** Hands the page its MessagePort to the main process, and nothing else: no method names, no general channel. */
import { ipcRenderer } from 'electron'
import { portGiven, portWanted } from '../core/contract/handover'

window.addEventListener('message', ({ source, data }) => {
  if (source === window && data === portWanted) ipcRenderer.send(portWanted)
})
ipcRenderer.on(portGiven, ({ ports }) => window.postMessage(portGiven, location.origin, [...ports]))
