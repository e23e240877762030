import type { MediumStats, Side } from '#core'
import { otherSide } from '../call.ts'
import type { Bencoded } from './bencode.ts'
import type { NgReply } from './ng.ts'

const member = (value: Bencoded | undefined, key: string): Bencoded | undefined =>
  typeof value === 'object' && !Array.isArray(value) ? value[key] : undefined
const listOf = (value: Bencoded | undefined): Bencoded[] => (Array.isArray(value) ? value : [])
const numberOf = (value: Bencoded | undefined): number => (typeof value === 'number' ? value : 0)
const textOf = (value: Bencoded | undefined): string => (typeof value === 'string' ? value : '')

const placeOf = (stream: Bencoded | undefined): string => {
  const endpoint = member(stream, 'endpoint')
  const [address, port] = [textOf(member(endpoint, 'address')), numberOf(member(endpoint, 'port'))]
  if (address === '' || port === 0) return ''
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

const mediaOf = (reply: NgReply, tag: string): Bencoded[] => listOf(member(member(reply.tags, tag), 'medias'))

const packetsOf = (stream: Bencoded | undefined): number =>
  numberOf(member(member(stream, 'stats'), 'packets'))

const kindOf = (type: string): MediumStats['type'] => (type === 'audio' || type === 'video' ? type : 'other')

/** What flowed, from an answer to `query` or `delete`, whose tags are the sides. What one is sent is what the other was heard saying. */
export const flowOf = (reply: NgReply, side: Side): MediumStats[] => {
  const others = mediaOf(reply, otherSide(side))
  return mediaOf(reply, side).map((medium, index) => {
    const [rtp, rtcp] = listOf(member(medium, 'streams'))
    const [theirs, theirRtcp] = listOf(member(others[index], 'streams'))
    return {
      ...{ type: kindOf(textOf(member(medium, 'type'))), dir: 'sendrecv' },
      ...{ rtpAddr: placeOf(rtp), rtpRecv: packetsOf(rtp), rtpSend: packetsOf(theirs) },
      ...{ rtcpAddr: placeOf(rtcp), rtcpRecv: packetsOf(rtcp), rtcpSend: packetsOf(theirRtcp) },
    }
  })
}

/** When anybody was last heard, in seconds of the server's wall clock: not before the call was made. */
export const heardAtS = (reply: NgReply): number => {
  let last = numberOf(reply.created)
  const tags = typeof reply.tags === 'object' && !Array.isArray(reply.tags) ? reply.tags : {}
  for (const tag of Object.keys(tags))
    for (const medium of mediaOf(reply, tag))
      for (const stream of listOf(member(medium, 'streams')))
        last = Math.max(last, numberOf(member(stream, 'last packet')))
  return last
}
