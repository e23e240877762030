import { parseHours } from '#lib/hours'
import { runawayIn } from './runaway.ts'
import type { Kind, Shape } from './schema.ts'
import { group, listOf, oneOrMore } from './schema-groups.ts'
import { boolean, integer, number, oneOf, refuse, string } from './schema-kinds.ts'
import type { RouteSettings, SimsSettings } from './settings.ts'
import { quoted } from './value.ts'

const COUNT = 1_000_000
const DAY = 86_400

/** A regular expression on a number, `*` for any. */
const routeNumber: Kind<string> = {
  text: 'regular expression or "*"',
  read: (value, at) => {
    if (value.kind !== 'string') return refuse(value, at, 'a string (regular expression, or "*")')
    try {
      if (value.value !== '*') new RegExp(value.value, 'u')
    } catch {
      return refuse(value, at, 'a regular expression, or "*" for all,')
    }
    const runaway = runawayIn(value.value)
    if (value.value === '*' || runaway === undefined) return value.value
    at.check.problem(value.place, at.path, `strangers could make this expression run for ever: ${runaway}`)
    return undefined
  },
}

const TARGET =
  /^(?:subscriber:\S+|gateway:(?:\*|[^\s/]+(?:\/\S+)?)|trunk:\S+|webhook:https?:\/\/\S+|inbox|reject:[3-6]\d\d)$/

const routeTarget: Kind<string> = string(
  TARGET,
  'subscriber:IMPU, gateway:DEVICE[/LINE], trunk:NAME, webhook:URL, inbox or reject:CODE',
)

/** `Mo-Fr 08:00-18:00, Sa 09:00-12:00`, in the server's time. */
const hours: Kind<string> = {
  text: 'hours such as "Mo-Fr 08:00-18:00"',
  read: (value, at) => {
    const isHours = value.kind === 'string' && (value.value === '' || parseHours(value.value) !== undefined)
    return isHours ? value.value : refuse(value, at, 'hours such as "22:00-07:00" or "Mo-Fr 08:00-18:00"')
  },
}

const SPAN = /(\d+):(\d+)-(\d+):(\d+)$/

/** Hours in which nothing is sent. Taken at its word, a span between the same two moments never ends. */
const quietHours: Kind<string> = {
  text: hours.text,
  read: (value, at) => {
    const text = hours.read(value, at)
    const endless = text?.split(',').find((span) => {
      const [, h1, m1, h2, m2] = SPAN.exec(span.trim()) ?? []
      return h1 !== undefined && Number(h1) === Number(h2) && m1 === m2
    })
    if (endless === undefined) return text
    const right = 'hours such as "22:00-07:00" are needed, or "" for none'
    at.check.problem(
      value.place,
      at.path,
      `${quoted(endless.trim())} ends when it begins, so that nothing would ever be sent: ${right}`,
    )
    return undefined
  },
}

const seconds = number(0, 31 * DAY)

export const routeShape: Shape<RouteSettings> = {
  name: { kind: string(/^[^~]{1,200}$/, 'name without ~'), required: true, about: 'Name.' },
  match: {
    kind: group<RouteSettings['match']>({
      kind: { kind: oneOf(['call', 'message', '*']), default: '*', about: 'What it is for.' },
      to: { kind: routeNumber, default: '*', about: 'Regular expression on the destination; `*` is all.' },
      from: { kind: routeNumber, default: '*', about: 'The same on the origin.' },
      tag: { kind: routeNumber, about: 'The same on the tag of a text.', otherwise: 'with or without' },
      time: { kind: hours, default: '', about: "Hours in the server's time.", otherwise: 'always' },
      line: {
        kind: routeNumber,
        about: 'The same on the line of a SIM that received it.',
        otherwise: 'not for what SIMs receive',
      },
    }),
    fill: true,
    about: 'What it is for.',
  },
  to: { kind: oneOrMore(routeTarget), required: true, about: 'Targets, in turn; gateways together.' },
  strategy: {
    kind: oneOf(['round_robin', 'least_used', 'sticky']),
    default: 'round_robin',
    about: 'How one of several is chosen.',
  },
  fallback: { kind: oneOrMore(routeTarget), default: [], about: 'Targets when those fail.' },
  fallback_on: {
    kind: listOf(integer(400, 699)),
    default: [401, 403, 407, 408, 480, 486, 500, 502, 503, 504],
    about: 'Answers of a trunk to a call after which the next target is tried; 408 also stands for silence.',
  },
  fallback_after: {
    kind: seconds,
    default: 120,
    about: 'Seconds without any line in sight until then; 0: never.',
  },
  pacing: { kind: seconds, default: 0, about: 'Seconds that a SIM rests after a text.' },
  quiet_hours: { kind: quietHours, default: '', about: 'Texts wait meanwhile.' },
  allow: { kind: listOf(routeNumber), default: [], about: 'Only these destinations; none: all.' },
  deny: { kind: listOf(routeNumber), default: [], about: 'Not these destinations.' },
  delivery: {
    kind: oneOf(['at_most_once', 'at_least_once']),
    default: 'at_most_once',
    about: 'Whether a text whose end is unknown goes again.',
  },
  attempts: { kind: integer(1, 100), default: 5, about: 'Lines that may refuse a text.' },
  reports: { kind: boolean, default: true, about: 'Ask for delivery reports.' },
}

const limit = (about: string) => ({ kind: integer(-1, COUNT), default: -1, about: `${about}; -1: any.` })

export const simsShape: Shape<SimsSettings> = {
  per_day: limit('Texts a day (UTC) of one SIM'),
  per_month: limit('Texts a month'),
  recipients_per_month: limit('Different numbers a month'),
  pacing: { kind: seconds, default: 0, about: 'Seconds between two texts of one SIM.' },
  quiet_hours: { kind: quietHours, default: '', about: 'No SIM sends meanwhile.' },
  suspect_after: { kind: integer(0, 1000), default: 5, about: 'Failures in a row; 0: never.' },
  suspect_minutes: { kind: integer(1, 10_080), default: 10, about: 'How long a suspect SIM rests.' },
  report_hours: { kind: integer(1, 720), default: 72, about: 'How long a delivery report is awaited.' },
}
