import type { Kind, Shape } from './schema.ts'
import { oneOrMore } from './schema-groups.ts'
import { boolean, integer, oneOf, refuse, string } from './schema-kinds.ts'
import type { CallsSettings, EmergencySettings, MailboxSettings, RecordingSettings } from './settings.ts'

const target = string(/^(?:(?:sips?|tel|urn):)?[^\s<>;?]*$/i, 'number, name or URI')

/** Names without `sos.` in front of them. */
const services: Kind<Record<string, string>> = {
  text: 'object of targets',
  read: (value, at) => {
    if (value.kind !== 'object') return refuse(value, at, 'an object { police: "sip:1002", … }')
    const read: Record<string, string> = {}
    for (const [name, member] of value.members) {
      const place = { ...at, path: `${at.path}.${name}` }
      if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(name)) {
        const to = member.value.kind === 'broken' ? undefined : target.read(member.value, place)
        if (to !== undefined) read[name.toLowerCase()] = to
      } else
        at.check.problem(
          member.place,
          place.path,
          'is no name of a service, such as police or ecall.automatic',
        )
    }
    return read
  },
}

export const emergency: Shape<EmergencySettings> = {
  policy: {
    kind: oneOf(['route', 'alternative']),
    default: 'route',
    about: 'alternative: every emergency call is sent elsewhere (380).',
  },
  to: { kind: target, default: '', about: 'Who takes emergency calls.' },
  services: { kind: services, default: {}, about: 'Who takes those of one service, such as police.' },
  numbers: {
    kind: oneOrMore(string(/^\+?[\d*#]{2,20}$/, 'telephone number')),
    default: ['112', '911'],
    about: 'Numbers that mean an emergency.',
  },
  anonymous: {
    kind: boolean,
    default: false,
    about: 'Take calls of handsets that are nobody’s.',
    otherwise: 'true with a user whose `anonymous` is true',
  },
  reason: {
    kind: string(undefined, 'string', 200),
    default: 'No emergency calls here',
    about: 'Words of the 380.',
  },
  action: {
    kind: oneOf(['none', 'emergency-registration', 'anonymous-emergencycall']),
    default: 'none',
    about: 'What the 380 tells the handset to do; none: another network.',
  },
}

export const mailbox: Shape<MailboxSettings> = {
  enabled: {
    kind: oneOf(['auto', 'all', 'off']),
    default: 'auto',
    about: 'Who has one; auto: users with a password, where there are web phones.',
  },
  after: { kind: integer(1, 600), default: 20, about: 'Seconds that phones ring before it answers.' },
  max_seconds: { kind: integer(5, 3600), default: 180, about: 'Longest message.' },
  keep_days: { kind: integer(1, 36_500), default: 90, about: 'Days that messages are kept.' },
  most: { kind: integer(1, 10_000), default: 100, about: 'Messages of one user.' },
  number: {
    kind: string(/^[\w*#+.-]*$/, 'number'),
    default: '',
    about: 'What one dials to hear one’s own; "" is none.',
  },
}

export const recording: Shape<RecordingSettings> = {
  enabled: { kind: boolean, default: true, about: 'Users may have their calls recorded.' },
  keep_days: { kind: integer(1, 36_500), default: 90, about: 'Days that recordings are kept.' },
}

export const calls: Shape<CallsSettings> = {
  no_answer: { kind: integer(5, 3600), default: 120, about: 'Seconds that a call may ring.' },
  most: { kind: integer(1, 1_000_000), default: 20_000, about: 'Calls at once; past it 503.' },
}
