/** The host's part of the contract without windows and native dialogs: the page uploads and downloads. */
import type { HostDescription } from '@core/contract/lab'
import { LabError } from '@core/errors'
import type { HostHandlers } from './host-handlers'

export function pageHost(description: HostDescription): HostHandlers {
  const refuse = (): never => {
    throw new LabError('host.no-dialogs')
  }
  return {
    'host.describe': () => description,
    'files.open': refuse,
    'files.save': refuse,
    'window.dirty': () => undefined, // the page itself asks before it is closed
    'window.language': () => undefined,
  }
}
