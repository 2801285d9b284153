/** Says once that multicast DNS does not work here: it is a convenience, and the address can always be typed. */
import { LabError } from '@core/errors'

export type LogTrouble = (error: Error) => void

export function logOnce(log: (where: string, error: unknown) => void): LogTrouble {
  let isSaid = false
  return ({ message }) => {
    if (isSaid) return
    isSaid = true
    log('multicast DNS', new LabError('desk.no-multicast', { detail: message }))
  }
}
