import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Sim, simUser, startHandset } from '../support/handset.ts'
import type { Program } from '../support/program.ts'
import { readSmsCapture } from '../support/sms-reading.ts'
import { DOMAIN, logOf, startTandem, type Tandem } from '../support/tandem.ts'
import { startCapture } from '../support/tshark.ts'

const SIMS: Record<'dora' | 'emil', Sim> = {
  dora: { imsi: '001010000000001', k: '11'.repeat(16), opc: '22'.repeat(16), auth: 'AKAv1-MD5' },
  emil: { imsi: '001010000000002', k: '33'.repeat(16), opc: '44'.repeat(16), auth: 'AKAv2-MD5' },
}
const NUMBERS = { dora: '+4930444', emil: '+4930555' }

const config = {
  security: { exempt: ['127.0.0.0/8'] },
  ue_db: [simUser(SIMS.dora, DOMAIN, NUMBERS.dora), simUser(SIMS.emil, DOMAIN, NUMBERS.emil)],
}

/** Each handset a process of its own, as typed into a terminal. */
describe('simulated handsets text each other', () => {
  let house: Tandem
  before(async () => {
    house = await startTandem({ config })
  })
  after(async () => void (await house?.stop()))

  const handset = (name: keyof typeof SIMS, what: string[]): Program =>
    startHandset(`127.0.0.1:${house.ports.sip}`, DOMAIN, SIMS[name], what)
  const good = async (program: Program): Promise<string> => {
    const { code } = await program.ended
    assert.equal(code, 0, `${program.output()}\n${logOf(house)}`)
    return program.output()
  }

  test('a long text, its status report and the answer to it, as tshark reads them too', async () => {
    const words = 'Schöne Grüße, 日本 and €uro: 😀. '.repeat(6).trim()
    const capture = await startCapture(`udp port ${house.ports.sip}`)
    const emil = handset('emil', ['--texts', '1', '--reply', 'got it'])
    await emil.waitFor(/waiting for texts/)
    const dora = handset('dora', ['--text', `${NUMBERS.emil}:${words}`, '--status-report', '--texts', '1'])
    const [sent, received] = [await good(dora), await good(emil)]
    assert.match(sent, new RegExp(`sent to \\${NUMBERS.emil} \\(SMS, 3 parts\\)`))
    assert.match(sent, new RegExp(`status report from \\${NUMBERS.emil}: received by the recipient`))
    assert.match(sent, new RegExp(`message from \\${NUMBERS.emil}: got it`))
    assert.ok(received.includes(`message from ${NUMBERS.dora} (3 parts): ${words}`), received)

    const file = await capture.file()
    if (file === undefined) return
    const readings = await readSmsCapture(file, house.ports.sip)
    assert.deepEqual(
      readings.filter((reading) => reading['_ws.malformed'].length > 0),
      [],
    )
    const texts = readings.map((reading) => reading['gsm_sms.sms_text'].join(''))
    assert.equal(texts.filter((text) => text === words).length, 2, 'on its way in, and on its way out')
    assert.equal(texts.filter((text) => text === 'got it').length, 2)
  })

  test('waits for a handset that is away, and for one without memory', async () => {
    await good(handset('dora', ['--text', `${NUMBERS.emil}:for later`]))
    const full = handset('emil', ['--texts', '1', '--on-text', 'full'])
    const output = await good(full)
    assert.match(output, /the network knows that there is memory again/)
    assert.match(output, /: for later/)
  })

  test('says so when there is nobody', async () => {
    const dora = handset('dora', ['--text', '+4930999:hello'])
    assert.equal((await dora.ended).code, 1)
    assert.match(dora.output(), /not sent to \+4930999: /)
  })
})
