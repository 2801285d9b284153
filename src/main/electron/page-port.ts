/** Gives the page its end of a channel on request: at its start and after every reload. */
import { ipcMain, MessageChannelMain, type BrowserWindow } from 'electron'
import { portGiven, portWanted } from '@core/contract/handover'
import type { Port } from '@core/contract/port'
import { messagePort } from './message-port'

/** Only the window's main frame gets a channel, one at a time. */
export function givePorts({ webContents }: BrowserWindow, connect: (port: Port) => void): void {
  let current: Port | undefined
  ipcMain.on(portWanted, ({ sender, senderFrame }) => {
    if (sender !== webContents || senderFrame !== sender.mainFrame) return
    current?.close()
    const { port1, port2 } = new MessageChannelMain()
    current = messagePort(port1)
    connect(current)
    sender.postMessage(portGiven, null, [port2])
  })
}
