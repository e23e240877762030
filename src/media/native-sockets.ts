import {
  AF_INET,
  AF_INET6,
  addressOf,
  CLOEXEC,
  EINTR,
  EPOLL_ADD,
  EPOLL_EVENT,
  EPOLLIN,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  type Libc,
  MSG_DONTWAIT,
  MSG_TRUNC,
  NONBLOCK,
  SOCK_DGRAM,
} from './libc.ts'
import {
  EVENTS,
  MAX_EVENTS,
  type Memory,
  PACKET,
  PACKET_SIZE,
  SOURCE,
  SOURCE_LENGTH,
  sockaddrLength,
  writeSockaddr,
} from './memory.ts'
import type { Sockets, SocketUser } from './sockets.ts'

export type NativeSockets = Sockets & {
  /** Receives until the user ends it. It blocks the thread: nothing else of it runs. */
  run(user: SocketUser): void
}

/**
 * Of packets that come one by one, each costs a wake-up of the thread, which is as dear as the packet. Where they come more
 * often than this, waiting a moment after a small batch makes the next one larger (decision 104).
 */
const NAP_US = 250
const [BUSY_MS, CROWD] = [1, 16]

/** The event data that stands for the wake-up descriptor; slots are below it. */
const WAKE = 0x7fffffff

/** Sockets by the system's own calls: one receive and one send per packet, and one wait per batch of packets. */
export const createNativeSockets = (
  libc: Libc,
  memory: Memory,
  wake: number,
  descriptors: Int32Array,
): NativeSockets => {
  const base = addressOf(memory.bytes)
  const { words, view } = memory
  const epoll = libc.epollCreate(CLOEXEC)

  const watch = (fd: number, data: number): boolean => {
    view.setUint32(EVENTS, EPOLLIN, true)
    view.setUint32(EVENTS + EPOLL_EVENT.data, data, true)
    view.setUint32(EVENTS + EPOLL_EVENT.data + 4, 0, true)
    return libc.epollCtl(epoll, EPOLL_ADD, fd, base + EVENTS) === 0
  }
  if (epoll < 0 || !watch(wake, WAKE)) throw new Error(`epoll is not available: errno ${libc.errno()}`)

  const open: Sockets['open'] = (slot, bind, port, done) => {
    if (!writeSockaddr(memory, SOURCE, bind, port)) return done(`${bind} is no address`)
    const length = sockaddrLength(memory, SOURCE)
    const fd = libc.socket(length === 28 ? AF_INET6 : AF_INET, SOCK_DGRAM | NONBLOCK | CLOEXEC, 0)
    if (fd < 0) return done(`errno ${libc.errno()}`)
    words[EVENTS >> 2] = 1
    if (length === 28) libc.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, base + EVENTS, 4)
    if (libc.bind(fd, base + SOURCE, length) < 0 || !watch(fd, slot)) {
      const why = `errno ${libc.errno()}`
      libc.close(fd)
      return done(why)
    }
    descriptors[slot] = fd + 1
    done('')
  }

  const shut = (slot: number): void => {
    if (descriptors[slot]) libc.close((descriptors[slot] as number) - 1)
    descriptors[slot] = 0
  }

  const receive = (slot: number, user: SocketUser): void => {
    words[SOURCE_LENGTH >> 2] = 28
    const fd = (descriptors[slot] as number) - 1
    const flags = MSG_DONTWAIT | MSG_TRUNC
    const length = libc.recvfrom(fd, base + PACKET, PACKET_SIZE, flags, base + SOURCE, base + SOURCE_LENGTH)
    if (length >= 0 && length <= PACKET_SIZE) user.onDatagram(slot, length)
  }

  let lastMs = 0
  /** Something came a moment ago as well. */
  const isBusy = (): boolean => {
    const nowMs = performance.now()
    const gapMs = nowMs - lastMs
    lastMs = nowMs
    return gapMs < BUSY_MS
  }

  /** Gives false when the user wants to end. */
  const turn = (user: SocketUser): boolean => {
    const count = libc.epollWait(epoll, base + EVENTS, MAX_EVENTS, user.patienceMs())
    if (count < 0 && libc.errno() !== EINTR) throw new Error(`epoll_wait failed: errno ${libc.errno()}`)
    if (count > 0) user.onArrival()
    for (let i = 0; i < count; i++) {
      const slot = words[(EVENTS + EPOLL_EVENT.data + i * EPOLL_EVENT.size) >> 2] as number
      if (slot === WAKE) libc.read(wake, base + SOURCE, 8)
      else receive(slot, user)
    }
    if (count > 0 && count < CROWD && isBusy()) libc.usleep(NAP_US)
    return user.onTurn()
  }

  return {
    memory,
    open,
    send: (slot, at, length, target) =>
      libc.sendto(
        (descriptors[slot] as number) - 1,
        base + at,
        length,
        MSG_DONTWAIT,
        base + target,
        sockaddrLength(memory, target),
      ) === length,
    run: (user) => {
      while (turn(user));
    },
    shut,
    close: () => {
      for (let slot = 0; slot < descriptors.length; slot++) shut(slot)
      libc.close(epoll)
    },
  }
}
