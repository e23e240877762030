/**
 * A page that behaves as the known old client does: no ICE servers, descriptions sent before candidates are gathered,
 * passive in DTLS, 1006 a moment after 9002, 1004 on its acknowledgement, mute while anybody holds.
 */
import { createEar, pictureStream, toneStream } from './sound.js'

const fields = (text) => {
  const at = text.search(/(?:^|\n)sdp=/)
  const out = {}
  for (const line of (at < 0 ? text : text.slice(0, at)).split('\n').flatMap((one) => one.split(','))) {
    const equals = line.indexOf('=')
    if (equals > 0) out[line.slice(0, equals)] = line.slice(equals + 1)
  }
  if (at >= 0) out.sdp = text.slice(text.indexOf('sdp=', at) + 4)
  return out
}

const phone = { heard: [], state: {}, cid: undefined, ear: () => 0 }
globalThis.phone = phone
let socket
let peer
let seq = 0
let hertz = 440
let isVideo = false
let bundlePolicy = 'balanced'

// The number before the last one again: it is not unique in practice.
const say = (op, more) => {
  const lines = Object.entries(more ?? {}).map(([key, value]) => `${key}=${value}`)
  socket.send([`op=${op}`, `seq=${op === 1006 ? seq : ++seq}`, ...lines].join('\n') + (more?.sdp ? '' : '\n'))
}

const openPeer = () => {
  peer = new RTCPeerConnection({ bundlePolicy })
  phone.peer = peer
  peer.addTrack(toneStream(hertz).getTracks()[0])
  if (isVideo) peer.addTrack(pictureStream().getTracks()[0])
  peer.addEventListener('track', ({ track }) => {
    const stream = new MediaStream([track])
    if (track.kind === 'audio') phone.ear = createEar(stream)
    else {
      phone.video = Object.assign(document.createElement('video'), { srcObject: stream, muted: true })
      void phone.video.play()
    }
  })
}

const answer = async () => {
  openPeer()
  await peer.setRemoteDescription({ type: 'offer', sdp: phone.offer })
  const { sdp } = await peer.createAnswer()
  const passive = sdp.replace(/a=setup:active/g, 'a=setup:passive')
  await peer.setLocalDescription({ type: 'answer', sdp: passive })
  say(1004, { cid: phone.cid, sdp: passive })
}

const on = {
  2000: async ({ nonce }) => {
    const { user, password } = phone.account
    say(1001, { usr: user, tel: user, pwd: await globalThis.encipher(password, nonce, user) })
  },
  2003: ({ cid }) => {
    phone.cid = cid
  },
  2006: () => answer(),
  9002: ({ cid, sdp }) => {
    Object.assign(phone, { cid, offer: sdp })
    if (phone.answers) setTimeout(() => say(1006, { cid }), 100)
  },
  9003: ({ sdp }) => peer.setRemoteDescription({ type: 'answer', sdp }),
  9004: ({ state }) => {
    phone.state = state
    for (const { track } of state >= 2 ? (peer?.getSenders() ?? []) : [])
      if (track) track.enabled = state === '2'
    if (state === '0') peer?.close()
  },
}

phone.say = say
phone.login = (url, account) => {
  phone.account = account
  hertz = account.hertz
  isVideo = account.video === true
  bundlePolicy = account.bundle ?? bundlePolicy
  phone.answers = account.answers !== false
  socket = new WebSocket(url, 'web-call-protocol')
  socket.onopen = () => say(1000)
  socket.onclose = () => phone.heard.push({ op: 'closed' })
  socket.onmessage = ({ data }) => {
    const one = fields(data)
    phone.heard.push(one)
    void on[one.op]?.(one)
  }
}
phone.call = async (to) => {
  openPeer()
  const offer = await peer.createOffer()
  await peer.setLocalDescription(offer)
  say(1003, { disp: 'A page', from: phone.account.user, to, sdp: offer.sdp })
}
phone.has = (op, more = {}) =>
  phone.heard.some((one) => one.op === op && Object.entries(more).every(([key, value]) => one[key] === value))
phone.frames = async () => {
  let frames = 0
  for (const report of (await peer.getStats()).values())
    if (report.type === 'inbound-rtp' && report.kind === 'video') frames += report.framesDecoded ?? 0
  return frames
}
