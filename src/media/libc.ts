import koffi from 'koffi'

/** The calls of the C library that media needs. Memory is named by plain numbers: see `addressOf`. */
export type Libc = {
  socket(domain: number, type: number, protocol: number): number
  bind(fd: number, address: number, length: number): number
  setsockopt(fd: number, level: number, name: number, value: number, length: number): number
  recvfrom(fd: number, at: number, size: number, flags: number, source: number, length: number): number
  sendto(fd: number, at: number, length: number, flags: number, target: number, size: number): number
  epollCreate(flags: number): number
  epollCtl(epoll: number, operation: number, fd: number, event: number): number
  epollWait(epoll: number, events: number, max: number, timeoutMs: number): number
  eventfd(initial: number, flags: number): number
  read(fd: number, at: number, length: number): number
  write(fd: number, at: number, length: number): number
  close(fd: number): number
  usleep(micros: number): number
  getrlimit(resource: number, at: number): number
  errno(): number
}

/** Linux numbers, the same on x64 and arm64. */
export const [AF_INET, AF_INET6, SOCK_DGRAM] = [2, 10, 2]
export const [NONBLOCK, CLOEXEC] = [0o4000, 0o2000000]
export const [MSG_DONTWAIT, MSG_TRUNC] = [0x40, 0x20]
export const [IPPROTO_IPV6, IPV6_V6ONLY] = [41, 26]
export const [EPOLL_ADD, EPOLLIN] = [1, 1]
export const [EINTR, EINVAL] = [4, 22]
/** `struct epoll_event` is packed on x64 alone. */
export const EPOLL_EVENT = process.arch === 'x64' ? { size: 12, data: 4 } : { size: 16, data: 8 }

export const hasNativeLayout = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)

/** Throws where the library or one of its calls is missing. */
export const loadLibc = (): Libc => {
  const lib = koffi.load(null)
  return {
    socket: lib.func('int socket(int, int, int)'),
    bind: lib.func('int bind(int, int64_t, int)'),
    setsockopt: lib.func('int setsockopt(int, int, int, int64_t, int)'),
    recvfrom: lib.func('int64_t recvfrom(int, int64_t, int64_t, int, int64_t, int64_t)'),
    sendto: lib.func('int64_t sendto(int, int64_t, int64_t, int, int64_t, int)'),
    epollCreate: lib.func('int epoll_create1(int)'),
    epollCtl: lib.func('int epoll_ctl(int, int, int, int64_t)'),
    epollWait: lib.func('int epoll_wait(int, int64_t, int, int)'),
    eventfd: lib.func('int eventfd(int, int)'),
    read: lib.func('int64_t read(int, int64_t, int64_t)'),
    write: lib.func('int64_t write(int, int64_t, int64_t)'),
    close: lib.func('int close(int)'),
    usleep: lib.func('int usleep(unsigned int)'),
    getrlimit: lib.func('int getrlimit(int, int64_t)'),
    errno: () => koffi.errno(),
  }
}

/**
 * Where the array's memory lies. It stays there as long as the array is referenced: arrays above V8's on-heap
 * limit (64 octets) never move.
 */
export const addressOf = (array: Uint8Array): number => Number(koffi.address(array))

const RLIMIT_NOFILE = 7

/** How many descriptors the process may have, as far as a number can tell. */
export const openLimit = (libc: Libc): number => {
  const limits = new BigUint64Array(16)
  const octets = new Uint8Array(limits.buffer)
  return libc.getrlimit(RLIMIT_NOFILE, addressOf(octets)) === 0 ? Number(limits[0]) : Number.MAX_SAFE_INTEGER
}
