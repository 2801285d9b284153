/** System calls as printed by strace 6.1. */
import { expect, test } from 'vitest'
import { offences } from './network-trace'

test.each([
  [
    'a look-up begins',
    '76 connect(25, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file or directory)',
  ],
  ['a resolver', '76 connect(25, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.255.255.53")}, 16) = 0'],
  [
    'a resolver on this computer',
    '76 connect(25, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0',
  ],
  [
    'another computer',
    '76 connect(18, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16) = -1 EINPROGRESS (Operation now in progress)',
  ],
  [
    'another computer, IPv6',
    '76 connect(18, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = -1 ENETUNREACH (Network is unreachable)',
  ],
  ['open to others', '76 bind(18, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("0.0.0.0")}, 16) = 0'],
])('%s is an offence', (_, call) => {
  expect(offences(`75 exited with 0\n${call}\n`)).toEqual([call])
})

test.each([
  ['a channel between processes', '76 socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0, [18, 19]) = 0'],
  ['this computer', '76 bind(18, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, 16) = 0'],
  [
    'this computer, IPv6',
    '76 bind(18, {sa_family=AF_INET6, sin6_port=htons(8080), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0',
  ],
])('%s is not', (_, call) => {
  expect(offences(call)).toEqual([])
})
