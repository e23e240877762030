/** JsSIP in a page: a phone that registers by SIP over WebSocket, with the browser's own media. */
import JsSIP from '/jssip.js'
import { createEar, toneStream } from './sound.js'

const phone = { heard: [], ear: () => 0 }
globalThis.phone = phone
const note = (op) => () => phone.heard.push({ op })

const follow = (session) => {
  phone.session = session
  const { connection } = session
  const listen = (peer) =>
    peer.addEventListener('track', ({ track }) => {
      if (track.kind === 'audio') phone.ear = createEar(new MediaStream([track]))
    })
  if (connection) listen(connection)
  else session.on('peerconnection', ({ peerconnection }) => listen(peerconnection))
  session.on('confirmed', note('answered'))
  session.on('ended', note('hangup'))
  session.on('failed', note('hangup'))
  session.on('hold', ({ originator }) => phone.heard.push({ op: `held by ${originator}` }))
  session.on('unhold', ({ originator }) => phone.heard.push({ op: `resumed by ${originator}` }))
}

phone.login = (url, { user, hertz, password, domain, answers }) => {
  phone.domain = domain
  phone.options = () => ({ mediaStream: toneStream(hertz) })
  phone.ua = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(url)],
    uri: `sip:${user}@${domain}`,
    authorization_user: `${user}@${domain}`,
    ...{ password, session_timers: false },
  })
  phone.ua.on('registered', note('registered'))
  phone.ua.on('newRTCSession', ({ originator, session }) => {
    follow(session)
    if (originator === 'remote') phone.heard.push({ op: 'ringing' })
    if (originator === 'remote' && answers !== false) session.answer(phone.options())
  })
  phone.ua.start()
}
phone.call = (to) => void phone.ua.call(`sip:${to}@${phone.domain}`, phone.options())
phone.hangUp = () => phone.session.terminate()
/** Done when the other side has agreed: JsSIP refuses a change while one is under way. */
phone.hold = async (on) => {
  const { session } = phone
  while (!session.isReadyToReOffer()) await new Promise((done) => setTimeout(done, 20))
  await new Promise((agreed, refused) => {
    if (!(on ? session.hold({}, agreed) : session.unhold({}, agreed)))
      refused(new Error('JsSIP does not want to'))
  })
}
phone.has = (op) => phone.heard.some((one) => one.op === op)
