/** Finds system calls that reach, or would reach, beyond this computer in the output of `strace -f -e trace=%network`. */

/** Matches every address in a call, as strace prints them: `inet_addr("10.0.0.1")` and `inet_pton(AF_INET6, "::1", …)`. */
const address = /inet_(?:addr\(|pton\(AF_INET6, )"([^"]+)"/g
const loopback = /^(127\.|::1$|::ffff:127\.)/

/** Matches a name resolver. It may be local, but it asks others; the C library asks its cache daemon first. */
const resolver = /sin6?_port=htons\(53\)|sun_path="[^"]*(nscd|resolve|avahi)[^"]*"/

/** Calls that reach, or prepare to reach, another computer or a name resolver. */
export function offences(trace: string): string[] {
  return trace.split('\n').filter((call) => {
    const addresses = [...call.matchAll(address)].map(([, found]) => found!)
    return resolver.test(call) || addresses.some((found) => !loopback.test(found))
  })
}

/** The group of multicast DNS, to which packets are sent that no router forwards. */
const group = '224.0.0.251'

/** Also without what a class needs: the desk listens, and sends and receives multicast DNS in the network of this computer. */
export function offencesOfClass(trace: string): string[] {
  return offences(trace).filter((call) => {
    const [, name = ''] = /^(?:\d+ +)?(?:<\.\.\. )?(\w+)/.exec(call) ?? []
    const isTo = (allowed: string): boolean => [...call.matchAll(address)].every(([, found]) => found === allowed)
    if (/^(recv|accept|getsockname)/.test(name)) return false // learns addresses only
    if (name === 'bind') return !isTo('0.0.0.0')
    if (name === 'setsockopt') return !call.includes(`_MEMBERSHIP, {imr_multiaddr=inet_addr("${group}")`)
    const ports = [...call.matchAll(/sin6?_port=htons\((\d+)\)/g)].map(([, port]) => port)
    return !(name.startsWith('send') && isTo(group) && ports.length > 0 && ports.every((port) => port === '5353'))
  })
}
