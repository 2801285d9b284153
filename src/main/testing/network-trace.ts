/** Reads what `strace -f -e trace=%network` wrote: which system calls led, or would have led, beyond this computer. */

/** Every address in a call, as strace prints them: `inet_addr("10.0.0.1")` and `inet_pton(AF_INET6, "::1", …)`. */
const address = /inet_(?:addr\(|pton\(AF_INET6, )"([^"]+)"/g
const loopback = /^(127\.|::1$|::ffff:127\.)/

/** A resolver may be on this computer too; it then asks others. The C library asks its cache daemon before anything else. */
const resolver = /sin6?_port=htons\(53\)|sun_path="[^"]*(nscd|resolve|avahi)[^"]*"/

/** The calls that reach, or prepare to reach, another computer or a resolver of names. */
export function offences(trace: string): string[] {
  return trace.split('\n').filter((call) => {
    const addresses = [...call.matchAll(address)].map(([, found]) => found!)
    return resolver.test(call) || addresses.some((found) => !loopback.test(found))
  })
}
