import { LAYERS, LEVELS } from '#lib/log'
import type { ObjectSchema, Schema } from './schema.ts'

/** What every message may bear, manual 6.1. */
export const common = {
  message: { type: 'string', minLength: 1, description: 'Name of the message; `-` and `_` are the same.' },
  message_id: { description: 'Anything; comes back with the answer as it is.' },
  start_time: { type: 'number', description: 'Seconds from now, or the time itself with absolute_time.' },
  absolute_time: { type: 'boolean', default: false, description: 'start_time is in the time of config_get.' },
} satisfies Record<string, Schema>

const SECONDS = 2_147_483_647
/** A text of 255 parts with 153 septets each is the longest there can be, TS 23.040 §9.2.3.24.1. */
const MOST_TEXT = 39_015
const NAME = { type: 'string', minLength: 1, maxLength: 512 } as const

const treatment: Schema = { type: 'string', enum: ['treat', 'ignore', 'reject'] }
const layerSettings: Schema = {
  type: 'object',
  properties: {
    level: { type: 'string', enum: LEVELS },
    max_size: { type: 'integer', minimum: -1, maximum: 999_999_999 },
  },
  additionalProperties: false,
}
const ofLayers = (schema: Schema): Record<string, Schema> =>
  Object.fromEntries(LAYERS.map((layer) => [layer, schema]))

const logs: Schema = {
  type: 'object',
  properties: {
    layers: { type: 'object', properties: ofLayers(layerSettings), additionalProperties: false },
    count: { type: 'integer', minimum: 1, maximum: 100_000, description: 'Lines kept in memory.' },
  },
  additionalProperties: false,
}

const object = (properties: Record<string, Schema>, required: string[] = [], open = true): ObjectSchema => ({
  type: 'object',
  properties: { ...common, ...properties },
  required: ['message', ...required],
  ...(!open && { additionalProperties: false }),
})

const who = {
  impi: { ...NAME, description: 'Private identity.' },
  impu: { ...NAME, description: 'Public identity, where there is no impi.' },
}
const eventNames: Schema = { anyOf: [NAME, { type: 'array', items: NAME, maxItems: 16 }] }

/** One JSON schema for each message, by the manual's tables of sections 6.4 and 6.5. */
export const schemas = {
  config_get: object({}),
  config_set: object(
    {
      logs,
      precondition: { type: 'boolean' },
      sms_retry_delay: { type: 'integer', minimum: 1, maximum: SECONDS },
      sms_expires: { type: 'integer', minimum: 1, maximum: SECONDS },
      binding_expires: { type: 'integer', minimum: 1, maximum: SECONDS },
      subscribe_expires: { type: 'integer', minimum: 0, maximum: 864_000 },
      auth_on_register_only: { type: 'boolean' },
      dialog_timeout: { type: 'integer', minimum: 0, maximum: SECONDS },
      p_called_party_id: { type: 'boolean' },
      sms_message_filter: {
        type: 'object',
        properties: { cp_data: treatment, cp_ack: treatment, rp_data: treatment, rp_ack: treatment },
        additionalProperties: false,
      },
      sms_forced_cp_cause: { type: 'integer', minimum: 0, maximum: 255 },
      sms_forced_rp_cause: { type: 'integer', minimum: 0, maximum: 255 },
    },
    [],
    false,
  ),
  log_get: object({
    min: { type: 'integer', minimum: 0, maximum: 65_536, default: 1 },
    max: { type: 'integer', minimum: 1, maximum: 65_536, default: 4096 },
    timeout: { type: 'number', minimum: 0, maximum: 86_400, default: 1 },
    rnti: { type: 'number' },
    ue_id: { type: 'number' },
    layers: {
      type: 'object',
      properties: ofLayers({ type: 'string', enum: LEVELS }),
      additionalProperties: false,
    },
  }),
  log_reset: object({}),
  quit: object({}),
  help: object({}),
  stats: object({}),
  register: object({ register: eventNames, unregister: eventNames }),
  users: object({}),
  user_set: object({ ...who, force_sms_over_sg: { type: 'boolean' } }),
  sms: object({
    ...who,
    text: { type: 'string', maxLength: MOST_TEXT },
    sender: { ...NAME, maxLength: 256 },
    validity: { type: 'integer', minimum: 1, maximum: SECONDS },
    binary: {
      type: 'string',
      maxLength: 200,
      description: 'TP-User-Data in base64, where there is no text.',
    },
    tp_udhi_present: { type: 'boolean', default: false },
    pid: { type: 'integer', minimum: 0, maximum: 255, default: 0 },
    dcs: { type: 'integer', minimum: 0, maximum: 255, description: 'Of binary 4; a text chooses its own.' },
  }),
  sms_flush: object(who),
  mt_call: object(
    {
      impi: who.impi,
      sip_file: { type: 'string', minLength: 1, maxLength: 4096 },
      caller: { ...NAME, maxLength: 256 },
    },
    ['impi'],
  ),
  dialog_get: object({ session_id: NAME }),
  dialog_stop: object({ session_id: NAME }, ['session_id']),
  unregister: object({ uri: { type: 'string', minLength: 1, maxLength: 2048 } }, ['uri']),
} satisfies Record<string, ObjectSchema>

export type MessageName = keyof typeof schemas

/** Messages that cannot be executed in the future, manual 6.1. */
export const ONLY_NOW: readonly MessageName[] = ['log_get', 'log_reset', 'config_get', 'config_set', 'stats']
