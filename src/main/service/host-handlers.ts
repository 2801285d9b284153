/** The part of the contract that each host answers itself. */
import type { LabMethods } from '@core/contract/lab'
import type { Handlers } from '@core/contract/table'

/** The methods that depend on the host, for one of its windows or pages. */
export type HostHandlers = Pick<
  Handlers<LabMethods>,
  'host.describe' | 'files.open' | 'files.save' | 'window.dirty' | 'window.language'
>
