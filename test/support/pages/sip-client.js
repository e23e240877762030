/** SIP.js in a page: a phone that registers by SIP over WebSocket, with the browser's own media. */
import { Web } from '/sip.js/index.js'
import { createEar, toneStream } from './sound.js'

const phone = { heard: [], ear: () => 0 }
globalThis.phone = phone

phone.login = async (url, { user, hertz, password, domain }) => {
  navigator.mediaDevices.getUserMedia = async () => toneStream(hertz)
  const note = (op) => () => phone.heard.push({ op })
  const audio = new Audio()
  const simple = new Web.SimpleUser(url, {
    aor: `sip:${user}@${domain}`,
    media: { constraints: { audio: true, video: false }, remote: { audio } },
    userAgentOptions: {
      authorizationUsername: `${user}@${domain}`,
      authorizationPassword: password,
      logLevel: 'warn',
      sessionDescriptionHandlerFactoryOptions: { iceGatheringTimeout: 500 },
    },
    delegate: {
      onRegistered: note('registered'),
      onCallReceived: () => void simple.answer(),
      onCallAnswered: () => {
        phone.heard.push({ op: 'answered' })
        phone.ear = createEar(simple.remoteMediaStream)
      },
      onCallHangup: note('hangup'),
      onCallHold: () => phone.changed?.(),
    },
  })
  phone.simple = simple
  phone.domain = domain
  await simple.connect()
  await simple.register()
}
phone.call = (to) => phone.simple.call(`sip:${to}@${phone.domain}`)
phone.hangUp = () => phone.simple.hangup()
/** Done when the other side has agreed: SIP.js refuses the next change until then. */
phone.hold = async (on) => {
  const agreed = new Promise((resolve) => {
    phone.changed = resolve
  })
  await (on ? phone.simple.hold() : phone.simple.unhold())
  await agreed
}
phone.has = (op) => phone.heard.some((one) => one.op === op)
