import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { createRandom } from '#lib/random'
import { writeFirstConfiguration } from './first-start.ts'
import { printProblem } from './problem.ts'

const root = mkdtempSync(join(tmpdir(), 'tandem-config-'))
after(() => rmSync(root, { recursive: true, force: true }))

const start = (name: string) => {
  const result = writeFirstConfiguration({ dataDir: join(root, name), random: createRandom() })
  assert.deepEqual(result.ok ? [] : result.error.map(printProblem), [])
  if (!result.ok) throw new Error('unreachable')
  return result.value
}

describe('the first start', () => {
  test('writes a configuration with two SIP users, one SIM user and the echo number', () => {
    const first = start('one')
    assert.equal(first.created, true)
    assert.equal(first.echo, '600')
    assert.deepEqual(
      first.sipUsers.map(({ number, user }) => [number, user]),
      [
        ['1001', '1001'],
        ['1002', '1002'],
      ],
    )
    assert.ok(first.sipUsers.every(({ password }) => /^[a-z0-9]{16}$/.test(password)))
    const [sim] = first.simUsers
    assert.equal(sim?.number, '1003')
    assert.equal(sim?.imsi?.slice(0, 5), '00101')
    assert.match(`${sim?.k} ${sim?.opc}`, /^[0-9a-f]{32} [0-9a-f]{32}$/)
    assert.match(first.apiKey ?? '', /^[a-z0-9]{32}$/)
    const { settings, warnings, notices } = first.loaded
    assert.deepEqual([warnings, notices], [[], []])
    assert.equal(settings.data_dir, join(root, 'one'))
    assert.deepEqual(settings.sip_addr[0]?.addr, { address: '0.0.0.0', port: 5060 })
  })

  test('names every group', () => {
    const text = readFileSync(start('one').file, 'utf8')
    const groups =
      'security storage admin webphone click_to_call media goip ejoin trunks routes smpp webhooks cluster tls com_addr'
    for (const group of groups.split(' ')) assert.match(text, new RegExp(`^(?:// )?${group}: `, 'm'))
  })

  test('what it leaves as comments would be accepted too', () => {
    const { file } = start('whole')
    const text = readFileSync(file, 'utf8').replace(/^\/\/ (?=[a-z_]+: [[{"]|[ }])/gm, '')
    chmodSync(file, 0o600)
    writeFileSync(file, text)
    const { settings } = start('whole').loaded
    assert.ok(settings.webphone && settings.goip && settings.smpp && settings.cluster && settings.com_addr)
  })

  test('keeps the file to its owner, and leaves no draft', () => {
    const { file } = start('one')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(join(root, 'one')), ['tandem.cfg'])
  })

  test('is read back by the second, with what was changed', () => {
    const first = start('two')
    writeFileSync(first.file, readFileSync(first.file, 'utf8').replace('echo: "600"', 'echo: "*600"'))
    const second = start('two')
    assert.equal(second.created, false)
    assert.equal(second.echo, '*600')
    assert.deepEqual(second.sipUsers, first.sipUsers)
    assert.deepEqual(second.simUsers, first.simUsers)
  })

  test('never makes the same secrets twice', () => {
    const secrets = ['a', 'b'].map((name) => {
      const { sipUsers, simUsers, apiKey } = start(name)
      return [
        ...sipUsers.map(({ password }) => password),
        ...simUsers.flatMap(({ k, opc }) => [k, opc]),
        apiKey,
      ]
    })
    assert.equal(new Set(secrets.flat()).size, 10)
  })

  test('says what is wrong: a spoilt file, a place that cannot be written', () => {
    const { file } = start('spoilt')
    writeFileSync(file, 'echo: ')
    const spoilt = writeFirstConfiguration({ dataDir: join(root, 'spoilt'), random: createRandom() })
    assert.match(
      spoilt.ok ? '' : printProblem(spoilt.error[0] as never),
      /tandem\.cfg:1:7: a value is missing at the end$/,
    )
    const nowhere = writeFirstConfiguration({ dataDir: join(file, 'below'), random: createRandom() })
    assert.match(nowhere.ok ? '' : printProblem(nowhere.error[0] as never), /cannot be written: /)
  })
})
