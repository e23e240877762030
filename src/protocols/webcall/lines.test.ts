import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LINES } from './dialects.ts'
import { parseLines, printLines } from './lines.ts'

const frame = (text: string): Record<string, unknown> => {
  const parsed = parseLines(text)
  if (!parsed.ok) throw new Error(parsed.error.reason)
  return {
    ...Object.fromEntries([...parsed.value.fields].map(([name, values]) => [name, values.join('|')])),
    op: parsed.value.op,
    seq: parsed.value.seq,
  }
}
const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n'

describe("an old client's lines", () => {
  test('are read as the manual prints them', () => {
    assert.deepEqual(frame('op= 1000\nseq=7\n'), { op: 1000, seq: '7' })
    assert.deepEqual(frame('op=1001\nseq=2\nusr=1001\ntel=1001\npwd=0a0b\n'), {
      ...{ op: 1001, seq: '2', usr: '1001', tel: '1001', pwd: '0a0b' },
    })
  })

  test('may end in CRLF, in CR, or not at all', () => {
    for (const end of ['\n', '\r\n', '\r'])
      assert.deepEqual(frame(`op=1006${end}seq=9${end}cid=abc`), { op: 1006, seq: '9', cid: 'abc' })
  })

  test('a description is the rest of the message, unchanged', () => {
    assert.equal(frame(`op=1003\nseq=1\nto=600\nsdp=${SDP}`).sdp, SDP)
    const mixed = SDP.replace('s=-\r\n', 's=-\n')
    assert.equal(frame(`op=1003\nseq=1\nto=600\nsdp=${mixed}\nop=1010\n`).sdp, `${mixed}\nop=1010\r\n`)
    assert.equal(frame(`op=1003\nseq=1\nto=600\nsdp=${SDP}\n`).sdp, SDP, 'the end of the line is no line')
  })

  test('a description in one line with the escapes spelt out is one too', () => {
    const spelt = SDP.replaceAll('\r\n', '\\r\\n')
    assert.equal(frame(`op=1003\nsdp=${spelt}\n`).sdp, SDP)
  })

  test('values may hold = & ; and blanks where they are their own', () => {
    const { cdata, skill } = frame('op=1003\n cdata = _cid=5&x=1;y=2 \n skill = a b \n')
    assert.equal(cdata, ' _cid=5&x=1;y=2 ')
    assert.equal(skill, 'a b')
  })

  test('a text may have several lines', () => {
    assert.equal(frame('op=1009\nto=1\nmsg=one\ntwo = 2\n\nthree\n').msg, 'one\ntwo = 2\n\nthree')
    assert.deepEqual(frame('op=1009\nmsg=one\ntwo\nmid=5\n'), {
      ...{ op: 1009, seq: '0', msg: 'one\ntwo', mid: '5' },
    })
  })

  test('bounds hold', () => {
    assert.equal(parseLines(`op=1000\n${'a=b\n'.repeat(64)}`).ok, false)
    assert.equal(parseLines(`op=1000\n${'a=b\n'.repeat(63)}`).ok, true)
    assert.equal(parseLines(`op=1009\nmsg=${'x'.repeat(65_536)}`).ok, false)
    for (const text of ['', '\n\n', 'seq=1\n', 'op=\n', 'op=x\n', 'op=-5\n', 'op=999999\n', '====\n'])
      assert.equal(parseLines(text).ok, false, text)
  })

  test('what is missing is said with the command', () => {
    const parsed = LINES.parse('op=1006\nseq=5\n')
    assert.deepEqual(parsed, {
      ok: false,
      error: { op: 1006, seq: '5', code: -2, reason: 'cid is missing.' },
    })
    const unknown = LINES.parse('op=1999\nseq=5\n')
    assert.equal(unknown.ok ? 0 : unknown.error.op, 1999)
  })
})

describe('what an old client is told', () => {
  test('acknowledgements', () => {
    assert.equal(
      printLines({ op: 2000, seq: '7', nonce: '0123456789abcdef' }),
      'op=2000\nseq=7\nnonce=0123456789abcdef\n',
    )
    assert.equal(
      printLines({ op: 2001, seq: '2', code: 0, pbook: 'https://h:943/getpbook.jsp', cids: ['a', 'b'] }),
      'op=2001\nseq=2\ncode=0\npbook=https://h:943/getpbook.jsp\ncid=a\ncid=b\n',
    )
    assert.equal(printLines({ op: 2003, seq: 4, cid: 'x', code: 0 }), 'op=2003\nseq=4\ncid=x\ncode=0\n')
    assert.equal(printLines({ op: 2004, seq: 4, code: -4, cause: 487 }), 'op=2004\nseq=4\ncode=-4\n')
    assert.equal(
      printLines({ op: 2014, seq: 1, ext: ['1001', '1002'], code: 0 }),
      'op=2014\nseq=1\next=1001,1002\ncode=0\n',
    )
  })

  test('acknowledgements of what is not known, and of nothing', () => {
    assert.equal(printLines({ op: 2055, seq: '5', code: -2, reason: 'x' }), 'op=2055\nseq=5\ncode=-2\n')
    assert.equal(printLines({ op: 2777, seq: '5', code: -2 }), 'op=2777\nseq=5\ncode=-2\n')
    assert.equal(printLines({ op: 2000, seq: '0', code: -2, reason: 'x' }), 'op=2000\nseq=0\ncode=-2\n')
  })

  test('events: descriptions come last and end where they end', () => {
    assert.equal(
      printLines({ op: 9002, seq: 1, from: '1', to: '2', cid: 'c', ucid: 'u', disp: 'A', sdp: SDP }),
      `op=9002\nseq=1\nfrom=1\nto=2\ncid=c\nucid=u\ndisp=A\nsdp=${SDP}`,
    )
    assert.equal(
      printLines({ op: 9004, seq: 1, cid: 'c', ucid: 'u', state: 0, cause: 486 }),
      'op=9004\nseq=1\ncid=c\nucid=u\nstate=0\ncause=486\n',
    )
    assert.equal(printLines({ op: 9007, seq: 1, cid: 'c', state: 2 }), 'op=9007\nseq=1\ncid=c\nstate=2\n')
    assert.equal(
      printLines({ op: 9011, seq: 1, new: 1, old: 1, newUrgent: 0, oldUrgent: 0 }),
      'op=9011\nseq=1\nvm=1/1 (0/0)\n',
    )
  })

  test('the lamp of the manual, on one line', () => {
    const blfxml =
      '<?xml version="1.0" encoding="UTF-8"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="2" state="full" entity="sip:20002@61.220.196.224"><dialog id="20002" direction="initiator"><state>terminated</state></dialog></dialog-info>'
    assert.equal(
      printLines({ op: 9012, seq: 1, state: 0, ext: '20002', blfxml: `${blfxml}\r\n` }),
      `op=9012\nseq=1\nstate=0\next=20002\nblfxml=${blfxml}\n`,
    )
  })

  test('nobody adds fields by a name or a text', () => {
    const evil = 'Eve,op=9004,state=0\r\nop=9004'
    assert.equal(
      printLines({ op: 9002, seq: 1, disp: evil, sdp: SDP })?.split('\n')[2],
      'disp=Eve op 9004 state 0  op 9004',
    )
    assert.equal(
      printLines({ op: 9005, seq: 1, from: 'a', to: 'b', msg: 'x\nop=9004' }),
      'op=9005\nseq=1\nfrom=a\nto=b\nmsg=x op=9004\n',
    )
  })

  test('a text keeps its commas, but for those that would begin a field', () => {
    const told = printLines({ op: 9005, seq: 1, from: 'a', to: 'b', msg: 'yes, a,op=9004, state=0' })
    assert.equal(told, 'op=9005\nseq=1\nfrom=a\nto=b\nmsg=yes, a\uff0cop=9004\uff0c state=0\n')
    const lamp = printLines({ op: 9012, seq: 1, state: 0, ext: '1', blfxml: '<a b="x,op=9004"/>' })
    assert.equal(lamp, 'op=9012\nseq=1\nstate=0\next=1\nblfxml=<a b="x&#44;op=9004"/>\n')
  })

  test('what they have no word for is not said', () => assert.equal(printLines({ op: 9016 }), undefined))
})
