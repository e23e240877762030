import { constants, endianness } from 'node:os'

/** The few calls of the C library the batched UDP path needs. Pointers are plain numbers. Negative results: see `errno`. */
export type Libc = {
  socket(family: number, type: number, protocol: number): number
  bind(fd: number, address: number, length: number): number
  close(fd: number): number
  setsockopt(fd: number, level: number, name: number, value: number, length: number): number
  recvmmsg(fd: number, headers: number, count: number, flags: number, timeout: number): number
  sendmmsg(fd: number, headers: number, count: number, flags: number): number
  /** Name of the last failure, as EAGAIN. */
  errno(): string
  /** Where a buffer lies. It must own its memory (`allocUnsafeSlow`, or `alloc` of some kilobytes) and be kept alive. */
  addressOf(buffer: Uint8Array): number
}

/** The numbers below are those of Linux on these machines; elsewhere plain dgram serves. */
const KNOWN = ['x64', 'arm64', 'riscv64', 'loong64']
export const AF_INET = 2
export const AF_INET6 = 10
export const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000
export const SOL_SOCKET = 1
export const SO_SNDBUF = 7
export const SO_RCVBUF = 8
export const SO_RCVBUFFORCE = 33
export const IPPROTO_IPV6 = 41
export const IPV6_V6ONLY = 26
export const MSG_DONTWAIT = 0x40

/** Some numbers have two names: EAGAIN, not EWOULDBLOCK, is the one to know. */
const nameOf = new Map(
  Object.entries(constants.errno)
    .filter(([name]) => name !== 'EWOULDBLOCK')
    .map(([name, number]) => [number, name]),
)

const load = async (): Promise<Libc | undefined> => {
  if (process.platform !== 'linux' || endianness() !== 'LE' || !KNOWN.includes(process.arch)) return undefined
  try {
    const { default: koffi } = await import('koffi')
    const lib = koffi.load(null)
    return {
      socket: lib.func('int socket(int, int, int)'),
      bind: lib.func('int bind(int, uintptr_t, unsigned int)'),
      close: lib.func('int close(int)'),
      setsockopt: lib.func('int setsockopt(int, int, int, uintptr_t, unsigned int)'),
      recvmmsg: lib.func('int recvmmsg(int, uintptr_t, unsigned int, int, uintptr_t)'),
      sendmmsg: lib.func('int sendmmsg(int, uintptr_t, unsigned int, int)'),
      errno: () => nameOf.get(koffi.errno()) ?? 'EUNKNOWN',
      addressOf: (buffer) => Number(koffi.address(buffer)),
    }
  } catch {
    return undefined
  }
}

let loading: Promise<Libc | undefined> | undefined

/** Undefined where the library or the foreign-function package cannot be had, or TANDEM_NO_NATIVE=1 forbids it. */
export const loadLibc = (): Promise<Libc | undefined> => {
  if (process.env.TANDEM_NO_NATIVE === '1') return Promise.resolve(undefined)
  loading ??= load()
  return loading
}
