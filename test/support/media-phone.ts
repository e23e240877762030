import { createSocket, type Socket } from 'node:dgram'
import { sleep } from './wait.ts'

export type Arrived = { octets: Uint8Array; port: number }

const bound = (family: 4 | 6, port: number): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const socket = createSocket({ type: `udp${family}`, ipv6Only: family === 6 })
    socket.once('error', () => {
      socket.close()
      resolve(undefined)
    })
    socket.bind(port, family === 4 ? '127.0.0.1' : '::1', () => resolve(socket))
  })

/** RTP on some port and RTCP on the next. */
const pair = async (family: 4 | 6): Promise<[Socket, Socket]> => {
  for (;;) {
    const rtp = await bound(family, 0)
    const rtcp = rtp && (await bound(family, rtp.address().port + 1))
    if (rtp && rtcp) return [rtp, rtcp]
    rtp?.close()
  }
}

/** Two sockets on loopback that speak PCMU and telephone-events with a relay and keep what they hear. */
export const aMediaPhone = async (family: 4 | 6) => {
  const [rtpSocket, rtcpSocket] = await pair(family)
  const host = family === 4 ? '127.0.0.1' : '::1'
  const { port } = rtpSocket.address()
  const rtp: Arrived[] = []
  const rtcp: Arrived[] = []
  rtpSocket.on('message', (octets, from) => rtp.push({ octets: new Uint8Array(octets), port: from.port }))
  rtcpSocket.on('message', (octets, from) => rtcp.push({ octets: new Uint8Array(octets), port: from.port }))
  const phone = {
    ...{ rtp, rtcp },
    /** The relay's RTP port, once a description told it. */
    relay: 0,
    place: family === 4 ? `${host}:${port}` : `[${host}]:${port}`,
    sdp: () =>
      `v=0\r\no=- 1 1 IN IP${family} ${host}\r\ns=-\r\nc=IN IP${family} ${host}\r\nt=0 0\r\n` +
      `m=audio ${port} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n`,
    send: (octets: Uint8Array) => rtpSocket.send(octets, phone.relay, host),
    report: (octets: Uint8Array) => rtcpSocket.send(octets, phone.relay + 1, host),
    /** Repeats the packet until something is so: the relay takes its plan in from another thread. */
    sendUntil: async (octets: Uint8Array, done: () => boolean) => {
      for (let tries = 0; !done(); tries++) {
        if (tries > 1000) throw new Error('the packet did not arrive')
        phone.send(octets)
        await sleep(10)
      }
    },
    close: () => {
      rtpSocket.close()
      rtcpSocket.close()
    },
  }
  return phone
}
