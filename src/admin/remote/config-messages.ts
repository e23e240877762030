import type { LiveSettings } from '#core'
import { LAYERS } from '#lib/log'
import { ok } from '#lib/result'
import { isObject } from './json.ts'
import { plainLayers } from './log-messages.ts'
import type { Input, Message } from './message.ts'
import type { RemoteHouse } from './ports.ts'

/** The manual's names for what may change while the house runs. */
const LIVE = {
  precondition: 'precondition',
  sms_retry_delay: 'smsRetryDelayS',
  sms_expires: 'smsExpiresS',
  binding_expires: 'bindingExpiresS',
  subscribe_expires: 'subscribeExpiresS',
  auth_on_register_only: 'authOnRegisterOnly',
  dialog_timeout: 'dialogTimeoutS',
  p_called_party_id: 'calledPartyId',
  sms_forced_cp_cause: 'smsForcedCpCause',
  sms_forced_rp_cause: 'smsForcedRpCause',
} as const satisfies Record<string, keyof LiveSettings>

type Logs = { layers?: Record<string, { level?: string; max_size?: number }>; count?: number }

/** The same as an option string of the log. */
const logOptionsOf = ({ layers = {} }: Logs): string =>
  Object.entries(layers)
    .flatMap(([layer, { level, max_size }]) => [
      ...(level === undefined ? [] : [`${layer}.level=${level}`]),
      ...(max_size === undefined ? [] : [`${layer}.max_size=${max_size}`]),
    ])
    .join(',')

type ConfigHouse = Pick<RemoteHouse, 'log' | 'name' | 'version' | 'live' | 'onSettings' | 'timers'>

export const configMessages = (house: ConfigHouse): Message[] => {
  const { log, live } = house

  const logsNow = () => ({
    layers: Object.fromEntries(
      LAYERS.map((layer) => {
        const { level, maxSize } = log.settings.layers[layer]
        return [layer, { level, max_size: maxSize }]
      }),
    ),
    count: log.ringSize,
  })
  const liveNow = () =>
    Object.fromEntries(Object.entries(LIVE).map(([manual, own]) => [manual, live[own]] as const))

  /** Everything was checked before: from here on nothing can be refused, so all of it holds or none. */
  const set = (input: Input): void => {
    const { logs, sms_message_filter: filter } = input as { logs?: Logs; sms_message_filter?: object }
    if (logs) {
      const options = logOptionsOf(logs)
      if (options !== '') log.setOptions(options)
      if (logs.count !== undefined) log.setRingSize(logs.count)
    }
    const changed: (keyof LiveSettings)[] = []
    const values: Partial<Record<keyof LiveSettings, unknown>> = {}
    for (const [manual, own] of Object.entries(LIVE))
      if (input[manual] !== undefined && input[manual] !== live[own]) {
        values[own] = input[manual]
        changed.push(own)
      }
    Object.assign(live, values)
    if (filter) Object.assign(live.smsMessageFilter, filter)
    if (changed.length > 0) house.onSettings?.(changed)
  }

  return [
    {
      name: 'config_get',
      run: () =>
        ok({
          type: 'IMS',
          name: house.name,
          version: house.version,
          time: house.timers.clock.wallMs() / 1000,
          logs: logsNow(),
          ...liveNow(),
          sms_message_filter: { ...live.smsMessageFilter },
        }),
    },
    {
      name: 'config_set',
      prepare: (input) => {
        const { logs } = input
        if (!isObject(logs) || logs.layers === undefined) return input
        return { ...input, logs: { ...logs, layers: plainLayers(logs.layers) } }
      },
      run: (input, client) => {
        set(input)
        const { message: _message, message_id: _id, ...wishes } = input
        log.write('api', 'info', `config_set ${JSON.stringify(wishes)}`, { user: client.place })
        return ok({})
      },
    },
  ]
}
