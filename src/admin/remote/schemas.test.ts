import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, test } from 'node:test'
import { type ObjectSchema, problemOf } from './schema.ts'
import { common, ONLY_NOW, schemas } from './schemas.ts'

/** The manual's tables of messages, sections 6.1, 6.4 and 6.5: name, type, and how it is bounded or what it is. */
const MANUAL: Record<string, string> = {
  config_get: '',
  config_set: `logs object; precondition boolean; sms_retry_delay integer; sms_expires integer; binding_expires integer;
    subscribe_expires integer 0..864000; auth_on_register_only boolean; dialog_timeout integer; p_called_party_id boolean;
    sms_message_filter object; sms_forced_cp_cause integer 0..255; sms_forced_rp_cause integer 0..255`,
  log_get: 'min number; max number; timeout number; rnti number; ue_id number; layers object',
  log_reset: '',
  quit: '',
  help: '',
  stats: '',
  register: 'register string or array; unregister string or array',
  users: '',
  user_set: 'force_sms_over_sg boolean',
  sms: `impi string; impu string; text string; sender string; validity integer; binary string; tp_udhi_present boolean;
    pid integer; dcs integer`,
  mt_call: 'impi string!; sip_file string; caller string',
  dialog_get: 'session_id string',
  dialog_stop: 'session_id string!',
  unregister: 'uri string!',
}
/** Of 6.1, for every message. */
const EVERY = 'message string!; message_id any; start_time number; absolute_time boolean'
/** What Tandem adds: the monitor's sms_flush as a message, and users by impi or impu where the manual forgot to say whom. */
const OWN: Record<string, string> = {
  sms_flush: 'impi string; impu string',
  user_set: 'impi string; impu string',
}

type Member = { name: string; type: string; required: boolean; bounds?: [number, number] }
const membersOf = (table: string): Member[] =>
  table
    .split(';')
    .map((text) => text.trim())
    .filter(Boolean)
    .map((text) => {
      const [, name = '', type = '', mark, from, to] =
        /^(\w+) ([a-z ]+?)(!)?(?: (\d+)\.\.(\d+))?$/.exec(text) ?? []
      const bounds: [number, number] | undefined = from === undefined ? undefined : [Number(from), Number(to)]
      return { name, type, required: mark === '!', ...(bounds && { bounds }) }
    })

const VALUES: Record<string, unknown> = {
  string: 'x',
  integer: 7,
  number: 7,
  boolean: true,
  object: {},
  array: ['x'],
  any: null,
}
const isRight = (type: string, kind: string): boolean => {
  const kinds = type.split(' or ')
  if (type === 'any' || kinds.includes(kind)) return true
  return kind === 'integer' && kinds.includes('number')
}

describe('the schema of', () => {
  for (const [name, schema] of Object.entries(schemas as Record<string, ObjectSchema>)) {
    const members = [...membersOf(EVERY), ...membersOf(MANUAL[name] ?? ''), ...membersOf(OWN[name] ?? '')]
    const whole = (changed: Record<string, unknown>): Record<string, unknown> => ({
      message: name,
      ...Object.fromEntries(
        members.filter(({ required }) => required).map((member) => [member.name, VALUES[member.type]]),
      ),
      ...changed,
    })

    test(`${name} has the members of the manual's table, and takes their types only`, () => {
      assert.deepEqual(Object.keys(schema.properties).sort(), [...new Set(members.map((m) => m.name))].sort())
      assert.deepEqual(
        [...(schema.required ?? [])].sort(),
        members
          .filter(({ required }) => required)
          .map((member) => member.name)
          .sort(),
      )
      for (const member of members)
        for (const [kind, value] of Object.entries(VALUES)) {
          const problem = problemOf(schema, whole({ [member.name]: value }), '')
          if (isRight(member.type, kind)) assert.equal(problem, undefined, `${member.name}: ${kind}`)
          else if (kind !== 'integer' && kind !== 'number')
            assert.match(
              problem ?? '',
              new RegExp(`^${member.name}: .* needed, not `),
              `${member.name}: ${kind}`,
            )
        }
      for (const { name: bounded, bounds } of members.filter((member) => member.bounds)) {
        const [from, to] = bounds ?? [0, 0]
        for (const right of [from, to])
          assert.equal(problemOf(schema, whole({ [bounded]: right }), ''), undefined)
        for (const wrong of [from - 1, to + 1, from + 0.5])
          assert.match(
            problemOf(schema, whole({ [bounded]: wrong }), '') ?? '',
            new RegExp(`from ${from} to ${to}`),
          )
      }
    })
  }

  test('no message is missing, and the five that are for now only are the manual’s', () => {
    assert.deepEqual(Object.keys(schemas).sort(), [...Object.keys(MANUAL), 'sms_flush'].sort())
    assert.deepEqual([...ONLY_NOW].sort(), ['config_get', 'config_set', 'log_get', 'log_reset', 'stats'])
  })
})

type Validator = { compile(schema: unknown): (value: unknown) => boolean }

test('another validator agrees on every schema and value', () => {
  const fromFastify = createRequire(createRequire(import.meta.url).resolve('fastify'))
  const { Ajv2020 } = fromFastify('ajv/dist/2020') as { Ajv2020: new (options: object) => Validator }
  const ajv = new Ajv2020({ strict: true, strictTypes: false })
  const odd = [
    null,
    true,
    0,
    -1,
    7,
    255,
    256,
    1.5,
    864_001,
    '',
    'x',
    'treat',
    'debug',
    'x'.repeat(600),
    [],
    ['x'],
    [1],
    {},
  ]
  const deep = [
    { layers: { sip: { level: 'debug', max_size: 3 } } },
    { layers: { nas: {} } },
    { layers: { sip: { level: 'loud' } } },
    { sip: 'info' },
    { count: 0 },
    { rp_ack: 'reject' },
    { rp_ack: 'eat' },
  ]
  for (const [name, schema] of Object.entries(schemas as Record<string, ObjectSchema>)) {
    const validate = ajv.compile(schema)
    for (const member of [...Object.keys(schema.properties), 'unheard_of'])
      for (const value of [...odd, ...deep]) {
        const input = { message: name, impi: 'x', uri: 'x', session_id: 'x', [member]: value }
        for (const extra of ['impi', 'uri', 'session_id'])
          if (!(extra in schema.properties) && name === 'config_set')
            delete (input as Record<string, unknown>)[extra]
        const own = problemOf(schema, input, '')
        assert.equal(own === undefined, validate(input), `${name}.${member} ${JSON.stringify(value)}: ${own}`)
      }
  }
  assert.ok(Object.keys(common).length === 4)
})
