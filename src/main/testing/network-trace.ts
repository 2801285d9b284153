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
