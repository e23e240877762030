import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { selfSigned } from '#net'
import { freePort } from '../support/ports.ts'
import { type Program, run, startProgram } from '../support/program.ts'
import { connect, type Said } from '../support/remote.ts'
import { DOMAIN, md5User, node, startTandem, type Tandem, temporaryFolder } from '../support/tandem.ts'
import { until } from '../support/wait.ts'

const root = join(import.meta.dirname, '../..')
const main = join(root, 'src/main.ts')
const sample = join(root, 'test/support/ws-client.mjs')

const users = { ue_db: [md5User('alice', 'wonder'), md5User('bob', 'builder')] }
const start = async (com: Record<string, unknown>): Promise<Tandem> =>
  startTandem({ config: { ...users, security: { exempt: ['127.0.0.0/8'] }, ...com } })

/** `tandem api` for the server of that folder. */
const api = (folder: string, ...words: string[]) => run(node, [main, 'api', '--data', folder, ...words])
const phone = (house: Tandem, user: string, password: string, ...what: string[]): Program =>
  startProgram(node, [
    ...[main, 'sim', 'ue', '--server', `127.0.0.1:${house.ports.sip}`, '--domain', DOMAIN],
    ...['--user', `${user}@${DOMAIN}`, '--number', user, '--password', password, ...what],
  ])
const valuesIn = (output: string): Said[] =>
  JSON.parse(`[${output.replaceAll(/\n\}\n\{/g, '\n},\n{')}]`) as Said[]

describe('the remote API of a running server', () => {
  let house: Tandem
  let server: string
  before(async () => {
    server = `127.0.0.1:${await freePort()}`
    house = await start({ com_addr: server, com_name: 'lab' })
  })
  after(async () => {
    await house?.stop()
  })

  test("works with a client as the manual's sample program", async () => {
    const { code, stdout } = await run(node, [sample, server, '{"message": "config-get"}'])
    const [answer] = valuesIn(stdout)
    assert.deepEqual([code, answer?.message, answer?.name, answer?.type], [0, 'config-get', 'lab', 'IMS'])
    const { stdout: more } = await run(node, [
      ...[sample, server, '{"message": "config_get", "message_id": "foo"}'],
      '{"message": "bar", "message_id": "foo"}',
    ])
    const [config, unknown] = valuesIn(more)
    assert.equal(config?.message_id, 'foo')
    assert.deepEqual(unknown, { message_id: 'foo', message: 'bar', error: 'Unknown message: bar' })
  })

  test('knows the course of a call and what flowed in it', async () => {
    const caller = phone(house, 'alice', 'wonder', '--call', '600', '--seconds', '2')
    assert.equal((await caller.ended).code, 0, caller.output())
    const client = await connect(`ws://${server}/`)
    const ended = await until('the end', async () => {
      const { dialogs } = (await client.done({ message: 'dialog_get' })) as unknown as {
        dialogs: { state: string; type: string; event_list: Said[]; medias: Record<string, number>[] }[]
      }
      return dialogs.find(({ state, medias }) => state === 'stop' && medias.length > 0)
    })
    assert.equal(ended.type, 'echo')
    assert.ok((ended.medias[0]?.rtp_recv_count ?? 0) >= 40)
    const course = ended.event_list.map(({ type, message }) => `${type} ${message ?? ''}`)
    for (const step of ['recv INVITE', 'send 200', 'recv ACK', 'recv BYE'])
      assert.ok(course.includes(step), step)
    const { counters } = await client.done({ message: 'stats' })
    assert.ok(((counters as { messages: Record<string, number> }).messages.sip_bye_rx ?? 0) > 0)
    client.close()
  })

  test('sends a text to a phone, and tells of the one that it answers', async () => {
    const bob = phone(house, 'bob', 'builder', '--texts', '1', '--reply', 'thank you')
    await bob.waitFor(/registered as/)
    const following = startProgram(node, [main, 'api', '--data', house.dataDir, '--follow'])
    await following.waitFor(/"register"/)
    const { code, stdout } = await api(
      house.dataDir,
      '{"message":"sms","impu":"bob","text":"hello","sender":"alice"}',
    )
    assert.equal(code, 0)
    assert.equal(typeof valuesIn(stdout)[0]?.sms_id, 'string')
    await following.waitFor(/"text": "thank you"/)
    await following.waitFor(/"users_update"/)
    assert.equal((await bob.ended).code, 0, bob.output())
    await following.stop()
  })

  test('is stopped by quit, and answers first', async () => {
    assert.ok(existsSync(join(house.dataDir, 'remote-api.json')))
    const { code, stdout } = await api(house.dataDir, 'quit')
    assert.deepEqual([code, valuesIn(stdout)], [0, [{ message: 'quit' }]])
    await until('the end', () => !existsSync(join(house.dataDir, 'remote-api.json')))
    await house.waitFor(/Tandem stops: quit by the remote API/)
    const gone = await api(house.dataDir, 'help')
    assert.equal(gone.code, 1)
    assert.match(gone.output, /no server with a remote API runs there/)
  })
})

describe('tandem api', () => {
  test('finds the key that a server off loopback made for itself, which others need', async () => {
    const port = await freePort('0.0.0.0')
    const house = await start({ com_addr: `0.0.0.0:${port}` })
    let again: Tandem | undefined
    try {
      const keyFile = join(house.dataDir, 'com_auth.key')
      assert.equal(statSync(keyFile).mode & 0o777, 0o600)
      assert.equal(statSync(join(house.dataDir, 'remote-api.json')).mode & 0o777, 0o600)
      assert.doesNotMatch(house.stdout(), new RegExp(readFileSync(keyFile, 'utf8').trim()))
      assert.match(house.stdout(), /Its key +in /)
      assert.equal((await api(house.dataDir, 'help')).code, 0)
      const stranger = await run(node, [main, 'api', `127.0.0.1:${port}`, 'help'])
      assert.equal(stranger.code, 1)
      assert.match(stranger.output, /a key is needed/)
      const told = ['--key', readFileSync(keyFile, 'utf8').trim()]
      const first = await run(node, [main, 'api', `127.0.0.1:${port}`, 'help', ...told])
      assert.equal(first.code, 0, first.output)
      await house.stop()
      again = await house.again()
      const later = await run(node, [main, 'api', `127.0.0.1:${port}`, 'help', ...told])
      assert.equal(later.code, 0, later.output)
    } finally {
      await house.stop()
      await again?.stop()
    }
  })

  test('speaks TLS with certificates on both sides, as com_ssl_* say', async () => {
    const folder = temporaryFolder('com')
    const [own, other] = [await selfSigned(['127.0.0.1']), await selfSigned(['127.0.0.1'])]
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const [cert, key] = [file('c.pem', own.certificate), file('k.pem', own.key)]
    const wrong = [
      '--certificate',
      file('oc.pem', other.certificate),
      '--private-key',
      file('ok.pem', other.key),
    ]
    const com_addr = `127.0.0.1:${await freePort()}`
    const house = await start({
      com_addr,
      com_ssl_certificate: cert,
      com_ssl_key: key,
      com_ssl_peer_verify: true,
    })
    try {
      assert.equal((await api(house.dataDir, 'help')).code, 0)
      const away = (...more: string[]) =>
        run(node, [main, 'api', `wss://${com_addr}/`, 'help', '--ca', cert, ...more])
      assert.equal((await away('--certificate', cert, '--private-key', key)).code, 0)
      assert.equal((await away()).code, 1)
      assert.equal((await away(...wrong)).code, 1)
      assert.match((await run(node, [main, 'api', com_addr, 'help'])).output, /TLS/)
    } finally {
      await house.stop()
    }
  })

  test('tells by its exit code and words what went wrong', async () => {
    const com_addr = `127.0.0.1:${await freePort()}`
    const house = await start({ com_addr })
    const { dataDir } = house
    try {
      const two = await api(dataDir, '[{"message":"help"},{"message":"bar"}]', 'users')
      assert.deepEqual([two.code, valuesIn(two.stdout).length], [1, 3])
      assert.match((await api(dataDir, '{"message":')).output, /a message is JSON in single quotes/)
      assert.match((await api(dataDir)).output, /a message is JSON in single quotes/)
      assert.match((await run(node, [main, 'api', '127.0.0.1:1', 'help'])).output, /no server listens there/)
      const sip = await run(node, [main, 'api', `127.0.0.1:${house.ports.http}`, 'help'])
      assert.match(sip.output, /not a remote API/)
    } finally {
      await house.stop()
    }
  })
})
