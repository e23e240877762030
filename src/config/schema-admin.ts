import type { Shape } from './schema.ts'
import { address } from './schema-addresses.ts'
import { group, listOf, oneOrMore } from './schema-groups.ts'
import { integer, oneOf, string, url } from './schema-kinds.ts'
import type { AdminSettings } from './settings.ts'

const COUNT = 1_000_000

const admin: Shape<AdminSettings> = {
  password: {
    kind: string(),
    secret: true,
    about: 'Of the first administrator.',
    otherwise: 'generated, printed once',
  },
  api_keys: {
    kind: listOf(
      group<AdminSettings['api_keys'][number]>({
        name: { kind: string(), required: true, about: 'Name, for the audit.' },
        key: {
          kind: string(/^\S{8,}$/, 'key of at least 8 characters'),
          required: true,
          secret: true,
          about: 'The key.',
        },
        scopes: { kind: oneOrMore(string(/^\S+$/, 'scope')), default: ['*'], about: 'What it may do.' },
      }),
    ),
    default: [],
    about: 'Keys of the REST API.',
  },
  http_addr: {
    kind: oneOrMore(address(8200)),
    default: [{ address: '0.0.0.0', port: 8200 }],
    about: 'HTTP; "" is off.',
  },
  https_addr: {
    kind: oneOrMore(address(8201)),
    default: [{ address: '0.0.0.0', port: 8201 }],
    about: 'HTTPS; "" is off.',
  },
  public_url: {
    kind: url('http', 'https'),
    about: 'For links, Origin checks and webhooks.',
    status: 'planned',
  },
  validation_code: {
    kind: oneOf(['always', 'after_failures', 'off']),
    default: 'always',
    about: 'When the login asks for a code.',
    status: 'planned',
  },
  rows_per_page: { kind: integer(1, 1000), default: 15, about: 'Of reports.', status: 'planned' },
  log_keep_days: {
    kind: integer(1, 36_500),
    default: 180,
    about: 'Days that web logs are kept.',
    status: 'planned',
  },
  log_failures: {
    kind: integer(1, COUNT),
    default: 3,
    about: 'Failures until one is logged.',
    status: 'planned',
  },
  block_failures: {
    kind: integer(1, COUNT),
    default: 5,
    about: 'Failures until a source is blocked.',
    status: 'planned',
  },
  block_minutes: { kind: integer(1, 525_600), default: 60, about: 'For how long.', status: 'planned' },
  metrics: {
    kind: oneOf(['key', 'open']),
    default: 'key',
    about: 'Who may read /metrics: this machine and keys with metrics:read, or everybody.',
  },
}

export const adminKind = group(admin)
