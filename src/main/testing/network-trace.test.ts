/** System calls as printed by strace 6.1. */
import { expect, test } from 'vitest'
import { offences, offencesOfClass } from './network-trace'

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
  [
    'multicast DNS',
    '76 sendmsg(20, {msg_name={sa_family=AF_INET, sin_port=htons(5353), sin_addr=inet_addr("224.0.0.251")}, msg_namelen=16, msg_iov=[{iov_base="\\0\\0", iov_len=287}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 287',
  ],
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

const inClass = [
  '76 bind(19, {sa_family=AF_INET, sin_port=htons(7070), sin_addr=inet_addr("0.0.0.0")}, 16) = 0',
  '76 bind(20, {sa_family=AF_INET, sin_port=htons(5353), sin_addr=inet_addr("0.0.0.0")}, 16) = 0',
  '76 setsockopt(20, SOL_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr=inet_addr("224.0.0.251"), imr_interface=inet_addr("192.0.2.2")}, 8) = 0',
  '76 sendmsg(20, {msg_name={sa_family=AF_INET, sin_port=htons(5353), sin_addr=inet_addr("224.0.0.251")}, msg_namelen=16, msg_iov=[{iov_base="\\0\\0", iov_len=287}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 287',
  '76 recvmsg(20, {msg_name={sa_family=AF_INET, sin_port=htons(5353), sin_addr=inet_addr("192.0.2.2")}, msg_namelen=128 => 16, msg_iov=[{iov_base="\\0\\0", iov_len=65536}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 287',
  '76 <... recvmsg resumed>{msg_name={sa_family=AF_INET, sin_port=htons(5353), sin_addr=inet_addr("192.0.2.2")}, msg_namelen=128 => 16}, 0) = 287',
]
test.each(inClass)('a class may: %s', (call) => {
  expect(offences(call)).toEqual([call])
  expect(offencesOfClass(call)).toEqual([])
})

const group = 'sin_addr=inet_addr("224.0.0.251")'
test.each([
  ['another port', inClass[3]!.replace('5353', '5354')],
  ['another group', inClass[3]!.replace('224.0.0.251', '239.255.255.250')],
  ['one computer', inClass[3]!.replace('224.0.0.251', '10.0.0.5')],
  ['another group is joined', inClass[2]!.replace('224.0.0.251', '239.255.255.250')],
  ['a connection', `76 connect(18, {sa_family=AF_INET, sin_port=htons(5353), ${group}}, 16) = 0`],
  ['a resolver', `76 connect(18, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0`],
])('in a class, too, %s is an offence', (_, call) => {
  expect(offencesOfClass(call)).toEqual([call])
})
