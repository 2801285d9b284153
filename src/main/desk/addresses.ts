/** Addresses under which other computers of the room reach this one. */
import { networkInterfaces } from 'node:os'

/** Private IPv4 networks first, as a classroom's router gives them; link-local addresses are left out. */
export function roomAddresses(host: string, port: number, interfaces = networkInterfaces()): readonly string[] {
  const isAll = host === '0.0.0.0' || host === '::'
  const all = Object.values(interfaces)
    .flatMap((list) => list ?? [])
    .filter(({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'))
    .map(({ address }) => address)
  const isPrivate = (address: string): boolean => /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address)
  const known = isAll ? all.toSorted((a, b) => Number(isPrivate(b)) - Number(isPrivate(a))) : [host]
  return known.map((address) => `http://${address}${port === 80 ? '' : `:${port}`}`)
}
