import { isEmergencyNumber } from '#lib/emergency-numbers'
import { originOf } from '#lib/site'
import type { Endpoint } from '#lib/wire'
import type { Findings } from './check.ts'
import { isIPv4, isIPv6, printEndpoint } from './schema-addresses.ts'
import type { RootSettings } from './schema-root.ts'
import type { Place } from './value.ts'

type Check = {
  written: RootSettings
  place: (name: string) => Place
  check: Findings
}

/** The manual's measure, 2.2.1: so many ports for each call. */
const PORTS_PER_CALL = 20
const LAST_PORT = 65_535
const INTERFACES = '/sys/class/net'

/** What web phones and their guests need to be of any use. */
export const checkWeb = (written: RootSettings, place: (name: string) => Place, check: Findings): void => {
  const all = { written, place, check }
  checkGuests(all)
  checkOrigins(all)
  if (!written.webphone) return
  checkAddresses(all)
  checkMedia(all)
  checkProxy(all)
  checkDtls(all)
  if (!written.webphone.proxy.addr && !written.ue_db.some(({ written: { pwd } }) => pwd !== undefined))
    check.warn(place('webphone'), 'webphone', 'no user of ue_db has a pwd: nobody can log in')
  checkLegacy(all)
}

const CONTENTS = {
  certificate: { head: /-----BEGIN CERTIFICATE-----/, what: 'certificate' },
  key: { head: /-----BEGIN (?:EC )?PRIVATE KEY-----/, what: 'private key without a password' },
} as const

/** Each file is what it should be; whether they fit each other is seen at the start. */
const checkDtls = ({ written: { webphone }, place, check }: Check): void => {
  for (const name of ['certificate', 'key'] as const) {
    const path = webphone?.dtls[name]
    if (path === undefined) continue
    const { head, what } = CONTENTS[name]
    const text = check.files.read(path)
    const fault = text.ok
      ? !head.test(text.value) && `${path} holds no ${what} as PEM`
      : `${path}: ${text.error}`
    if (fault) check.problem(place('webphone'), `webphone.dtls.${name}`, fault)
  }
}

/** Old clients fill a short key up with the nonce: a long one leaves no place for it. */
const checkLegacy = ({ written: { webphone }, place, check }: Check): void => {
  if (!webphone) return
  const { cipher, key } = webphone.legacy
  const most = cipher === 'des' ? 8 : 16
  if (cipher === 'off' || key.length < most) return
  check.warn(
    place('webphone'),
    'webphone.legacy.key',
    `has ${most} or more characters: nothing of the nonce is used then, and a login that somebody heard works again`,
  )
}

/** One port for two purposes is found before the start fails with it. */
const checkAddresses = ({ written: { webphone, admin }, place, check }: Check): void => {
  if (!webphone) return
  const { ws_addr, wss_addr, phone_http_addr, phone_https_addr } = webphone
  const named: [name: string, list: Endpoint[]][] = [
    ['admin.http_addr', admin?.http_addr ?? []],
    ['admin.https_addr', admin?.https_addr ?? []],
    ...Object.entries({ ws_addr, wss_addr, phone_http_addr, phone_https_addr }).map(
      ([name, list]): [string, Endpoint[]] => [`webphone.${name}`, list],
    ),
  ]
  const taken = new Map<string, string>()
  for (const [name, list] of named)
    for (const endpoint of list) {
      if (endpoint.port === 0) continue
      const key = printEndpoint(endpoint)
      const other = taken.get(key)
      if (other !== undefined)
        check.problem(
          place('webphone'),
          name,
          `${key} is already the address of ${other}: choose another port`,
        )
      else taken.set(key, name)
    }
}

const checkMedia = ({ written: { webphone, sip_addr }, place, check }: Check): void => {
  if (!webphone) return
  const { interface: name, mapped_ip, media_port, max_calls } = webphone
  const isThere = (path: string): boolean => check.files.exists(path, 'anything')
  if (name !== '' && isThere(INTERFACES) && !isThere(`${INTERFACES}/${name}`))
    check.problem(
      place('webphone'),
      'webphone.interface',
      `this machine has no network interface ${JSON.stringify(name)} ("ip link" lists them; "" is all)`,
    )
  if (mapped_ip !== '' && !isIPv4(mapped_ip) && !isIPv6(mapped_ip))
    check.problem(
      place('webphone'),
      'webphone.mapped_ip',
      `${JSON.stringify(mapped_ip)} is no IP address: write one such as "203.0.113.7", or "" where there is no NAT`,
    )
  const last = media_port + max_calls * PORTS_PER_CALL - 1
  if (last > LAST_PORT)
    check.warn(
      place('webphone'),
      'webphone.media_port',
      `${max_calls} calls need ports up to ${last}: begin at ${LAST_PORT + 1 - max_calls * PORTS_PER_CALL} or lower`,
    )
  sip_addr.forEach(({ port_min, port_max }, index) => {
    if (port_min === undefined || port_max === undefined || port_max < media_port || port_min > last) return
    const room = port_max - port_min + 1
    const right = port_min > media_port ? `${last + 1}..${last + room}` : `up to ${media_port - 1}`
    check.warn(
      place('webphone'),
      'webphone.media_port',
      `${media_port}..${last} overlaps with sip_addr[${index}] (port_min ${port_min}, port_max ${port_max}): give that ${right}`,
    )
  })
}

/** As browsers write them, RFC 6454 §6.2: what is written otherwise lets nobody in, and `null` would let in everybody. */
const checkOrigins = ({ written: { webphone, click_to_call }, place, check }: Check): void => {
  for (const [group, origins] of Object.entries({
    webphone: webphone?.origins ?? [],
    click_to_call: click_to_call?.origins ?? [],
  }))
    for (const site of origins.filter((one) => one !== '*')) {
      const origin = originOf(site)
      if (site === origin) continue
      const right = origin ?? meantBy(site)
      const say = origin === undefined ? check.problem : check.warn
      say(
        place(group),
        `${group}.origins`,
        `${JSON.stringify(site)} is not how browsers name a site: write ${JSON.stringify(right)}`,
      )
    }
}

/** A host without its scheme. */
const meantBy = (site: string): string => {
  const host = /^(?!null$)[\w.-]+(?::\d+)?(?=\/|$)/i.exec(site)?.[0]
  const scheme = host?.startsWith('localhost') ? 'http' : 'https'
  return originOf(host === undefined ? '' : `${scheme}://${host}`) ?? 'https://www.example.org'
}

const checkProxy = ({ written, place, check }: Check): void => {
  const { webphone, sip_addr } = written
  if (!webphone) return
  const { proxy } = webphone
  if (!proxy.addr) {
    if (proxy.domain !== '')
      check.warn(place('webphone'), 'webphone.proxy.domain', 'means nothing without proxy.addr')
    return
  }
  const at = proxy.addr
  const own = sip_addr.find(({ addr }) => addr?.port === at.port && addr.address === at.address)
  if (own)
    check.problem(
      place('webphone'),
      'webphone.proxy.addr',
      `${printEndpoint(at)} is this server itself: leave it empty for the built-in core`,
    )
  if (proxy.transport === 'tls' && written.tls.authorities === undefined)
    check.warn(
      place('webphone'),
      'webphone.proxy.transport',
      'any certificate of the exchange is taken: name its authority in tls.authorities',
    )
  if (sip_addr.some(({ addr }) => addr?.port === proxy.local_port))
    check.problem(
      place('webphone'),
      'webphone.proxy.local_port',
      `${proxy.local_port} is already a port of sip_addr: choose another`,
    )
}

/** Without what people put between digits. */
const bare = (pattern: string): string => pattern.replace(/^(?:sips?|tel):|[\s().\-/]/gi, '')

const checkGuests = ({ written, place, check }: Check): void => {
  const { click_to_call: guests, webphone, ue_db } = written
  if (!guests?.enabled) return
  const say = (name: string, message: string): void =>
    check.warn(place('click_to_call'), `click_to_call.${name}`, message)
  if (!webphone) say('enabled', 'guests call by the web phone server: add a group webphone')
  if (guests.allow.length === 0) say('allow', 'is empty: guests may call nobody')
  for (const name of ['allow', 'call_back'] as const)
    if (guests[name].includes('*'))
      say(name, `"*" is every number, also those that cost money: name yours, such as "600" or "1???"`)
  for (const name of ['allow', 'call_back'] as const)
    for (const number of guests[name].filter((one) => isEmergencyNumber(bare(one))))
      say(
        name,
        `${number} is an emergency number: visitors of web pages could ring it. Take it out, unless it is yours`,
      )
  for (const pattern of guests.call_back)
    if (!/^\+?[\d*?]+$/.test(bare(pattern)))
      say(
        'call_back',
        `${JSON.stringify(pattern)} fits no telephone number: digits, perhaps with +, and * and ?`,
      )
  const account = ue_db.find(
    ({ written: { impi } }) => impi === guests.user || impi?.split('@')[0] === guests.user,
  )
  if (guests.user === '' || webphone?.proxy.addr) return
  if (!account)
    say('user', `there is no user ${JSON.stringify(guests.user)} in ue_db: its calls come from nobody`)
  else if (account.written.pwd !== guests.password)
    check.problem(place('click_to_call'), 'click_to_call.password', 'is not the pwd of that user in ue_db')
}
