import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createTimers } from '#lib/timers'
import { addressOf, encodeRp, encodeSubmit, textParts } from '#sms'
import { freshAddress } from '../support/loopback.ts'
import { noDisks, openSmallDisk, type SmallDisk } from '../support/small-disk.ts'
import { openSocketWire } from '../support/socket-net.ts'
import { API_KEY, DOMAIN, startTandem, type Tandem } from '../support/tandem.ts'
import { createTextPhone, type TextPhone } from '../support/text-phone.ts'
import { bugsOf } from '../support/vitals.ts'
import { sleep, until } from '../support/wait.ts'

const user = (name: string, number: string) => ({
  ...{ impi: `${name}@${DOMAIN}`, impu: [name, `tel:${number}`], authent_type: 'none' },
})

describe('texts while the disk is full', { skip: noDisks }, () => {
  let disk: SmallDisk
  let house: Tandem
  let [ann, ben, cem]: TextPhone[] = []
  const taken: string[] = []
  const refused: string[] = []
  before(async () => {
    disk = openSmallDisk('4m')
    const config = {
      ...{ log_options: 'all.level=info', security: { exempt: ['127.0.0.0/8'] }, sms_retry_delay: 1 },
      messages: { smsc: '+15550199' },
      ue_db: [user('ann', '+15550101'), user('ben', '+15550102'), user('cem', '+15550103')],
    }
    house = await startTandem({ config, dataDir: disk.folder })
    const phones = []
    for (const name of ['ann', 'ben', 'cem']) {
      const wire = await openSocketWire(freshAddress())
      const flow = wire.flow({ address: '127.0.0.1', port: house.ports.sip })
      const place = { wire, flow, timers: createTimers(), settle: () => sleep(0) }
      const phone = createTextPhone(place, name, { sms: name !== 'cem' })
      assert.equal(await phone.register(), 200)
      phones.push(phone)
    }
    ;[ann, ben, cem] = phones
    // Bindings are on disk, and not among what waits for it.
    await sleep(2000)
  })
  after(async () => {
    await house?.stop()
    disk?.close()
  })

  const noted = (text: string, wasTaken: boolean): boolean => {
    ;(wasTaken ? taken : refused).push(text)
    return wasTaken
  }
  const overRest = async (text: string): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${house.ports.http}/api/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ from: '123', to: 'ben', text }),
    })
    await response.text()
    noted(text, response.status === 201)
    return response.status
  }
  const overSip = async (text: string): Promise<number> => {
    const { status } = await (cem as TextPhone).send('ben', text)
    noted(text, status === 202)
    return status
  }
  let reference = 0
  /** The RP cause, 0 for an acknowledgement. */
  const overSms = async (text: string): Promise<number> => {
    const cut = textParts(text, { reference: 0, dcs: 0 })
    const userData = cut.ok && cut.value.parts[0]
    assert.ok(userData)
    reference = (reference + 1) & 0xff
    const tpdu = encodeSubmit({
      ...{ kind: 'submit', reference, destination: addressOf('+15550102'), pid: 0, dcs: 0, userData },
      ...{ rejectDuplicates: false, reportWanted: false, replyPath: false },
    })
    const phone = ann as TextPhone
    phone.rps.length = 0
    const rp = encodeRp({ kind: 'data', direction: 'mo', reference, tpdu })
    const center = `sip:+15550199@${DOMAIN};user=phone`
    const { status } = await phone.ask(phone.message(center, 'application/vnd.3gpp.sms', rp))
    assert.equal(status, 202)
    const answer = await until(
      'an answer of the service centre',
      () => phone.rps.find((one) => one.reference === reference && one.kind !== 'data'),
      { everyMs: 5 },
    )
    noted(text, answer.kind === 'ack')
    return answer.kind === 'error' ? answer.cause : 0
  }

  test('are refused by every way in, in its own words, and nothing of them is kept', async () => {
    assert.deepEqual(
      [await overRest('rest 0'), await overSip('sip 0'), await overSms('sms 0')],
      [201, 202, 0],
    )
    disk.fill()
    for (let n = 1; (await overRest(`rest ${n}`)) !== 503; n++) assert.ok(n < 2000)
    for (let n = 0; n < 20; n++) {
      assert.equal(await overRest(`rest full ${n}`), 503)
      assert.equal(await overSip(`sip full ${n}`), 503)
      assert.equal(await overSms(`sms full ${n}`), 42)
    }
    assert.equal((await house.rest<{ status: string }>('/health')).status, 'ok')
  })

  test('are taken again when there is room, without a restart; those refused never arrive', async () => {
    disk.free()
    let n = 0
    await until('a text is taken', async () => (await overRest(`rest again ${n++}`)) === 201)
    assert.deepEqual([await overSip('sip again'), await overSms('sms again')], [202, 0])
    const came = (ben as TextPhone).texts
    await until('all of them', () => taken.every((text) => came.includes(text)), { timeoutMs: 60_000 })
    await sleep(2000)
    assert.deepEqual(
      refused.filter((text) => came.includes(text)),
      [],
    )
    assert.equal(came.length, new Set(came).size, 'none came twice')
    assert.ok(refused.length > 60)
    assert.deepEqual(bugsOf(house), [])
    assert.match(house.output(), /can be written again/)
  })
})
