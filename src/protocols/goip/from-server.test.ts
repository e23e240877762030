import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { errorClassOf, errorStatusIn } from './causes.ts'
import { parseFromServer } from './from-server.ts'
import * as print from './print.ts'

const read = (text: string) => {
  const read = parseFromServer(new TextEncoder().encode(text))
  return read.ok ? read.value : read.error
}

describe('what a server says to a GoIP device', () => {
  test('acknowledgements, also in the spelling of others', () => {
    assert.equal(print.printRegistered('10', 0), 'reg:10;status:0;')
    assert.deepEqual(read('reg:10;status:0;'), { kind: 'registered', count: '10', status: '0' })
    assert.deepEqual(read('req:10;status:200;v:1;'), { kind: 'registered', count: '10', status: '200' })
    assert.deepEqual(read(print.printReceipt('RECEIVE', '1270197307')), {
      ...{ kind: 'receipt', name: 'RECEIVE', receipt: '1270197307', verdict: 'OK', text: '' },
    })
    assert.deepEqual(read(print.printRefusal('RECEIVE', '-3', 'wrong\npassword')), {
      ...{ kind: 'receipt', name: 'RECEIVE', receipt: '-3', verdict: 'ERROR', text: 'wrong password' },
    })
  })

  test('a bulk session counts octets, not letters', () => {
    assert.equal(print.printMsg(7001, 'Grüße€'), 'MSG 7001 10 Grüße€\n')
    assert.deepEqual(read(print.printMsg(7001, 'a\nb')), {
      ...{ kind: 'command', word: 'MSG', session: '7001', rest: '3 a\nb' },
    })
    assert.equal(print.printPassword(11, 'password1'), 'PASSWORD 11 password1\n')
    assert.equal(print.printSend(7001, 1, '+15550100900'), 'SEND 7001 1 +15550100900\n')
    assert.equal(print.printDone(11), 'DONE 11\n')
    assert.equal(print.printSms(7, 1, 'pw', '+1', 'two words'), 'SMS 7 1 pw +1 two words\n')
    assert.equal(print.printDisable('STATE', '-3'), 'STATE -3 DISABLE')
  })

  test('commands: where the password stands differs', () => {
    assert.equal(print.printCommand('set_exp_time', 7, ['60'], 'pw'), 'set_exp_time 7 60 pw')
    assert.equal(print.printCommand('get_imei', 8, [], 'pw'), 'get_imei 8 pw')
    assert.equal(print.printPasswordFirst('CF', 9, 'pw', ['0', '3', '1', '0']), 'CF 9 pw 0 3 1 0')
    assert.equal(print.printUssd(5, 'pw', '*100#'), 'USSD 5 pw *100#')
    assert.equal(print.printUssdExit(5, 'pw'), 'USSDEXIT 5 pw')
  })

  test('error codes', () => {
    assert.deepEqual([1, 38, 21, 312, 331, 10, 7777].map(errorClassOf), [
      'unclear',
      'again',
      'never',
      'line',
      'line',
      'line',
      'unclear',
    ])
    assert.equal(errorStatusIn('1 errorstatus:38'), 38)
    assert.equal(errorStatusIn('PASSWORD'), undefined)
  })
})
