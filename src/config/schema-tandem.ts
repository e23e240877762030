import { country } from './countries.ts'
import type { Kind, Shape } from './schema.ts'
import { address, network, optional, remote } from './schema-addresses.ts'
import { adminKind } from './schema-admin.ts'
import { calls, emergency, mailbox, recording } from './schema-calls.ts'
import { group, listOf, oneOrMore } from './schema-groups.ts'
import { boolean, fileName, integer, oneOf, string, url } from './schema-kinds.ts'
import type { TandemName } from './schema-manual.ts'
import { routeShape, simsShape } from './schema-routes.ts'
import { ejoinKind, goipKind } from './schema-services.ts'
import { trunkShape } from './schema-trunks.ts'
import { clickToCallKind, type WrittenWebphone, webphoneKind } from './schema-web.ts'
import type {
  ClusterSettings,
  MediaSettings,
  MessagesSettings,
  SecuritySettings,
  Settings,
  SmppSettings,
  TlsSettings,
  WebhookSettings,
} from './settings.ts'
import type { Value } from './value.ts'

/** The groups as they are written; `storage` and `com_auth` become more precise in Settings. */
export type TandemSettings = Omit<
  Pick<Settings, TandemName>,
  'storage' | 'com_auth' | 'data_dir' | 'webphone'
> & {
  webphone?: WrittenWebphone
  data_dir: string
  storage: { url: string }
  com_auth: { key: string; open: boolean }
}

const planned = 'planned' as const
const COUNT = 1_000_000

/** `auto`, or how many. */
const workers: Kind<'auto' | number> = {
  text: '"auto" or integer 1..64',
  read: (value: Value, at) =>
    value.kind === 'string' && value.value === 'auto' ? 'auto' : integer(1, 64).read(value, at),
}

/** Certificate files must be there: a server that silently falls back to another certificate helps nobody. */
const tls: Shape<TlsSettings> = {
  certificate: {
    kind: fileName('must'),
    about: 'PEM file of the certificate chain.',
    otherwise: 'self-signed, in data_dir',
  },
  key: { kind: fileName('must'), about: 'PEM file of its private key.' },
  authorities: {
    kind: fileName('must'),
    about: 'PEM file: trunks and exchanges called over TLS must have a certificate of these.',
    otherwise: 'any is taken',
  },
}

const security: Shape<SecuritySettings> = {
  exempt: { kind: oneOrMore(network), default: [], about: 'Sources never slowed or blocked.' },
  block_after: { kind: integer(1, COUNT), default: 20, about: 'Failures that block a source.' },
  block_minutes: { kind: integer(1, 525_600), default: 10, about: 'For how long.' },
}

const media: Shape<MediaSettings> = {
  engine: {
    kind: oneOf(['embedded', 'rtpengine', 'none']),
    default: 'embedded',
    about: 'Who relays media; none: phones send to each other directly.',
  },
  workers: { kind: workers, default: 'auto', about: 'Threads of the embedded engine.' },
  servers: {
    kind: oneOrMore(remote(22222)),
    default: [],
    about: "Addresses of rtpengine's ng protocol.",
  },
  keys_addr: {
    kind: optional(address(22223)),
    about: 'Own address where rtpengine tells of pressed keys: its --dtmf-log-dest.',
    otherwise: 'keys go from party to party, and nobody is told',
  },
  transcode: {
    kind: oneOrMore(
      string(/^[\w.+-]{1,32}(?:\/\d{1,6}){0,2}$/, 'encoding such as "AMR-WB" or "opus/48000/2"'),
    ),
    default: [],
    about:
      'Encodings that rtpengine adds to offers which lack them, and converts: ["PCMA", "AMR-WB", "AMR"].',
  },
}

const messages: Shape<MessagesSettings> = {
  relay_only: { kind: boolean, default: false, about: 'text/plain passes through unstored.' },
  keep_days: { kind: integer(1, 36_500), default: 30, about: 'Days that messages are kept after their end.' },
  most_waiting: { kind: integer(1, 100 * COUNT), default: 2_000_000, about: 'Messages waiting in all.' },
  most_per_recipient: {
    kind: integer(1, COUNT),
    default: 10_000,
    about: 'Messages waiting for one, also for one number behind a route to gateways.',
  },
  most_per_sender: {
    kind: integer(1, 100_000_000),
    default: 1_000_000,
    about: 'Messages of one sender waiting behind one route to gateways.',
  },
  smsc: { kind: string(/^\+?\d{0,20}$/, 'number'), default: '', about: 'Number of the service centre.' },
  gateway: {
    kind: string(/^[\w.-]+$/, 'user part of a URI'),
    default: 'ip-sm-gw',
    about: 'User part of its URI.',
  },
  part_wait: { kind: integer(1, 10_080), default: 60, about: 'Minutes to wait for parts of a long text.' },
  national_tables: { kind: boolean, default: false, about: 'Write with national tables.' },
}

const smpp: Shape<SmppSettings> = {
  addr: {
    kind: oneOrMore(address(2775)),
    default: [{ address: '0.0.0.0', port: 2775 }],
    about: 'Where it listens.',
  },
  clients: {
    kind: listOf(
      group<SmppSettings['clients'][number]>({
        system_id: { kind: string(), required: true, about: 'Name of the application.' },
        password: { kind: string(), required: true, secret: true, about: 'Its password.' },
        max_binds: { kind: integer(1, 1000), default: 4, about: 'Connections at once.' },
      }),
    ),
    default: [],
    about: 'Applications.',
  },
}

/** Seconds: 5 s, 30 s, 2 min, 10 min, 1 h, 3 h, 6 h, 12 h. */
const RETRY = [5, 30, 120, 600, 3600, 10_800, 21_600, 43_200]

/** Types are many and told by docs/webhooks.md; a group that there is not would never be heard of. */
const EVENTS = /^(?:\*|(?:message|call|registration|source|line|gateway)\.(?:\*|[a-z]+))$/

const webhook: Shape<WebhookSettings> = {
  name: {
    kind: string(/^[\w.-]{1,64}$/, 'name of letters, digits, _ . -'),
    about: 'Name, for REST and metrics; one that keeps it keeps its place in the events.',
    otherwise: 'made of the url',
  },
  url: { kind: url('http', 'https'), required: true, about: 'Where events are posted.' },
  secret: { kind: string(), required: true, secret: true, about: 'Signs them.' },
  events: {
    kind: oneOrMore(string(EVENTS, 'event such as "message.*", "call.ended" or "*"')),
    default: ['*'],
    about: 'Which.',
  },
  retry: {
    kind: listOf(integer(1, 604_800)),
    default: RETRY,
    about: 'Seconds between attempts; after the last one an event is given up.',
  },
}

const cluster: Shape<ClusterSettings> = {
  nats: { kind: oneOrMore(string()), default: [], about: 'Addresses of NATS servers.' },
  node: { kind: string(/^[\w-]+$/, 'name'), default: 'a', about: 'Name of this node.' },
}

const storageText = string(
  /^(?:sqlite|mysql:\/\/.+|postgres(?:ql)?:\/\/.+)$/,
  '"sqlite", "mysql://…" or "postgres://…"',
)

/** The URL of a database holds a password, which is neither printed nor repeated in a problem. */
const storageUrl: Kind<string> = {
  ...storageText,
  show: (value) => JSON.stringify(value.replace(/\/\/.*@/, '//***@')),
  read: (value, at) => storageText.read(value, { ...at, secret: true }),
}

export const tandemShape: Shape<TandemSettings> = {
  data_dir: { kind: fileName(), default: './data', about: 'Generated secrets, certificates, state.' },
  tls: { kind: group(tls), fill: true, about: 'Certificate of every TLS port.' },
  security: { kind: group(security), fill: true, about: 'What happens to sources that fail.' },
  com_auth: {
    kind: group<TandemSettings['com_auth']>({
      key: { kind: string(), default: '', secret: true, about: 'Key of the remote API off loopback.' },
      open: { kind: boolean, default: false, about: 'No key asked for, as in the manual.' },
    }),
    fill: true,
    about: 'Who may use com_addr.',
  },
  storage: {
    kind: group<TandemSettings['storage']>({
      url: {
        kind: storageUrl,
        default: 'sqlite',
        about: 'The database.',
        status: planned,
        idle: (value) => value === 'sqlite',
      },
    }),
    fill: true,
    about: 'Where records are kept.',
  },
  media: { kind: group(media), fill: true, about: 'The media relay.' },
  messages: { kind: group(messages), fill: true, about: 'The message store.' },
  calls: { kind: group(calls), fill: true, about: 'Calls.' },
  mailbox: { kind: group(mailbox), fill: true, about: 'Answers for those who do not.' },
  recording: { kind: group(recording), fill: true, about: 'Calls that users have recorded.' },
  emergency: { kind: group(emergency), fill: true, about: 'Emergency calls.' },
  admin: { kind: adminKind, about: 'Console, REST, metrics.', otherwise: 'off' },
  webphone: {
    kind: webphoneKind,
    about: 'Web phone server.',
    otherwise: 'off',
  },
  click_to_call: {
    kind: clickToCallKind,
    about: 'Guest calls.',
    otherwise: 'off',
  },
  goip: { kind: goipKind, about: 'GoIP gateways.', otherwise: 'off' },
  ejoin: { kind: ejoinKind, about: 'Ejoin gateways.', otherwise: 'off' },
  trunks: { kind: listOf(group(trunkShape)), default: [], about: 'Other PBXs and providers.' },
  routes: {
    kind: listOf(group(routeShape)),
    default: [],
    about: 'Where calls and texts go.',
  },
  sims: { kind: group(simsShape), fill: true, about: 'What holds for every SIM card.' },
  region: {
    kind: country,
    default: '',
    about: 'Country of national numbers.',
    otherwise: 'the country of their sender',
  },
  smpp: { kind: group(smpp), about: 'SMPP server.', otherwise: 'off', status: planned },
  webhooks: {
    kind: listOf(group(webhook)),
    default: [],
    about: 'Events to applications.',
  },
  cluster: { kind: group(cluster), about: 'Several nodes.', otherwise: 'off', status: planned },
}
