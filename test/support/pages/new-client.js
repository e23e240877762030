/** A page that speaks the JSON dialect by hand, for tests of the server; the SDK has its own. */
import { createEar, pictureStream, toneStream } from './sound.js'

const phone = { heard: [], ear: () => 0, peers: new Map() }
globalThis.phone = phone
let socket
let seq = 0
let account

phone.say = (op, more = {}) => socket.send(JSON.stringify({ op, seq: ++seq, ...more }))

const openPeer = () => {
  const peer = new RTCPeerConnection({ bundlePolicy: account.bundle ?? 'balanced' })
  phone.peer = peer
  peer.addTrack(toneStream(account.hertz).getTracks()[0])
  if (account.video) peer.addTrack(pictureStream().getTracks()[0])
  peer.addEventListener('track', ({ track }) => {
    const stream = new MediaStream([track])
    if (track.kind === 'audio') phone.ear = createEar(stream)
    else {
      phone.video = Object.assign(document.createElement('video'), { srcObject: stream, muted: true })
      void phone.video.play()
    }
  })
  return peer
}

const answer = async (cid, sdp, peer) => {
  await peer.setRemoteDescription({ type: 'offer', sdp })
  await peer.setLocalDescription(await peer.createAnswer())
  phone.say(1004, { cid, sdp: peer.localDescription.sdp })
}

const on = {
  2001: ({ resume }) => {
    phone.resume = resume ?? phone.resume
  },
  2003: ({ cid }) => {
    phone.cid = cid
  },
  9002: ({ cid, sdp }) => {
    phone.cid = cid
    phone.say(1006, { cid })
    if (phone.answers) void answer(cid, sdp, openPeer())
  },
  9003: ({ cid, kind, sdp }) =>
    kind === 'offer'
      ? answer(cid, sdp, phone.peer)
      : phone.peer.setRemoteDescription({ type: 'answer', sdp }),
  // Another network, a page that slept: a new offer with new ICE, and everything else as it was.
  9008: async ({ cid }) => {
    const offer = await phone.peer.createOffer({ iceRestart: true })
    await phone.peer.setLocalDescription(offer)
    phone.say(1007, { cid, type: 0, sdp: offer.sdp })
  },
}

phone.connect = (url, token, resume) => {
  socket = new WebSocket(url, 'web-call-protocol')
  socket.onopen = () => phone.say(1001, { tel: account.user, token, resume, waiting: true })
  socket.onclose = () => phone.heard.push({ op: 'closed' })
  socket.onmessage = ({ data }) => {
    const one = JSON.parse(data)
    phone.heard.push({ ...one, op: `${one.op}` })
    void on[one.op]?.(one)
  }
}
phone.login = (url, who, token) => {
  account = who
  phone.answers = who.answers !== false
  phone.connect(url, token)
}
phone.cut = () => socket.close()
phone.call = async (to) => {
  const peer = openPeer()
  await peer.setLocalDescription(await peer.createOffer())
  phone.say(1003, { to, sdp: peer.localDescription.sdp })
}
phone.addPicture = async () => {
  phone.peer.addTrack(pictureStream().getTracks()[0])
  await phone.peer.setLocalDescription(await phone.peer.createOffer())
  phone.say(1007, { cid: phone.cid, type: 4, sdp: phone.peer.localDescription.sdp })
}
phone.has = (op, more = {}) =>
  phone.heard.some(
    (one) => one.op === op && Object.entries(more).every(([key, value]) => `${one[key]}` === value),
  )
/** How much sound came so far. */
phone.energy = async () => {
  let energy = 0
  for (const report of (await phone.peer.getStats()).values())
    if (report.type === 'inbound-rtp' && report.kind === 'audio') energy += report.totalAudioEnergy ?? 0
  return energy
}
phone.frames = async () => {
  let frames = 0
  for (const report of (await phone.peer.getStats()).values())
    if (report.type === 'inbound-rtp' && report.kind === 'video') frames += report.framesDecoded ?? 0
  return frames
}
