/** Addresses under which other computers of the room reach this one. */
import { networkInterfaces } from 'node:os'

/** IPv4 addresses of this computer in its networks, private ones first, as a classroom's router gives them. Link-local ones are left out. */
export function networkAddresses(interfaces = networkInterfaces()): readonly string[] {
  const isPrivate = (address: string): boolean => /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address)
  return Object.values(interfaces)
    .flatMap((list) => list ?? [])
    .filter(({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'))
    .map(({ address }) => address)
    .sort((a, b) => Number(isPrivate(b)) - Number(isPrivate(a)))
}

/** What pupils type in a browser. */
export function roomAddresses(host: string, port: number, interfaces = networkInterfaces()): readonly string[] {
  const known = host === '0.0.0.0' || host === '::' ? networkAddresses(interfaces) : [host]
  return known.map((address) => `http://${address}${port === 80 ? '' : `:${port}`}`)
}
