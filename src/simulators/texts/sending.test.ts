import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addressText, textOf } from '#sms'
import type { TextReport } from './contract.ts'
import { acknowledge, aScene, during, phone, rpOf, type Script, submits, withSim } from './testing.ts'

describe('a handset with a SIM sends texts', () => {
  test('as SMS over IP, and waits for the submit report', async () => {
    const { ue, pass, requests, seen } = aScene(withSim, { answer: acknowledge })
    const report = await during(
      ue.text('+15550100200', 'hello {€}', { statusReport: true, validityS: 3600 }),
      pass(200),
    )
    assert.equal(report.ok, true)
    assert.deepEqual([report.form, report.parts, report.status], ['sms', 1, 202])
    const [request] = requests
    assert.ok(request)
    assert.equal(request.uri, `sip:+15550199@${withSim.domain};user=phone`)
    assert.equal(request.headers.get('P-Preferred-Identity'), `<${withSim.impu}>`)
    const rp = rpOf(request)
    assert.ok(rp?.kind === 'data' && rp.direction === 'mo')
    assert.equal(rp.originator, undefined)
    assert.equal(addressText(rp.destination as never), '+15550199')
    const [submit] = submits(requests)
    assert.ok(submit)
    assert.equal(addressText(submit.destination), '+15550100200')
    assert.equal(textOf(submit.userData, submit.dcs), 'hello {€}')
    assert.deepEqual([submit.reportWanted, submit.validity], [true, { kind: 'relative', value: 11 }])
    assert.deepEqual(report.references, [submit.reference])
    assert.deepEqual(
      seen('sent').map((event) => event.report),
      [report],
    )
  })

  test('in parts, each acknowledged before the next', async () => {
    const { ue, pass, requests } = aScene(withSim, { answer: acknowledge })
    const words = 'длинный текст '.repeat(12)
    const unanswered = aScene(withSim)
    void unanswered.ue.text('911', words)
    await unanswered.pass(5000)
    assert.equal(unanswered.requests.length, 1)
    const report = await during(ue.text('911', words), pass(500))
    assert.deepEqual([report.ok, report.parts], [true, 3])
    const parts = submits(requests)
    assert.equal(parts.map(({ userData, dcs }) => textOf(userData, dcs)).join(''), words)
    assert.equal(new Set(parts.map(({ reference }) => reference)).size, 3)
    assert.equal(new Set(requests.map((request) => rpOf(request)?.reference)).size, 3)
  })

  const failing = async (script: Script): Promise<TextReport> => {
    const { ue, pass } = aScene(withSim, script)
    return during(ue.text('+15550100200', 'x'.repeat(200)), pass(41_000))
  }
  test('and stops at an RP-ERROR', async () => {
    const report = await failing({
      answer: (rp) =>
        rp.kind === 'data'
          ? { kind: 'error', direction: 'mt', reference: rp.reference, cause: 42 }
          : undefined,
    })
    assert.deepEqual(
      [report.ok, report.cause, report.reason, report.references.length],
      [false, 42, 'Congestion', 1],
    )
  })
  test('and stops when SIP refuses', async () => {
    const report = await failing({ status: 403 })
    assert.deepEqual([report.ok, report.status, report.references.length], [false, 403, 1])
  })
  test('and gives up waiting for a report after TR1M', async () => {
    const report = await failing({})
    assert.deepEqual([report.ok, report.reason], [false, 'no submit report'])
  })
  test('and is not misled by a report on something else', async () => {
    const report = await failing({
      answer: (rp) => ({ kind: 'ack', direction: 'mt', reference: (rp.reference + 1) & 0xff }),
    })
    assert.deepEqual([report.ok, report.reason], [false, 'no submit report'])
  })
  test('but not one of more than 255 parts', async () => {
    const { ue, requests } = aScene(withSim)
    const report = await ue.text('911', 'x'.repeat(40_000))
    assert.deepEqual([report.ok, report.reason, requests.length], [false, 'too-long', 0])
  })
  test('plainly, when asked to', async () => {
    const { ue, pass, requests } = aScene(withSim)
    const report = await during(ue.text('bob', 'grüß dich', { plain: true }), pass(200))
    assert.deepEqual([report.ok, report.form, report.status], [true, 'plain', 202])
    assert.equal(requests[0]?.uri, `sip:bob@${withSim.domain}`)
    assert.equal(new TextDecoder().decode(requests[0]?.body), 'grüß dich')
  })
})

describe('a SIP phone sends texts', () => {
  test('plainly', async () => {
    const { ue, pass, requests } = aScene(phone)
    assert.equal((await during(ue.text('1002', 'hello'), pass(200))).form, 'plain')
    assert.equal(requests[0]?.headers.get('Content-Type'), 'text/plain;charset=UTF-8')
  })
})
