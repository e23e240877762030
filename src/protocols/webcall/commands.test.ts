import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dialectOf, LINES } from './dialects.ts'

/** The manual's own print of each command (4.3.1), with values in place of its xxx. */
const MANUAL: [op: number, lines: string[]][] = [
  [1000, ['op= 1000', 'seq=1']],
  [1001, ['op=1001', 'seq=1', 'tel=1001', 'usr=1001', 'mwi=1', 'pwd=00', 'btype=1']],
  [1002, ['op=1002', 'seq=1']],
  [
    1003,
    ['op=1003', 'seq=1', 'disp=A', 'from=1001', 'to= 1002', 'cdata=c', 'skill=s', 'sdp=v=0\\r\\no=x\\r\\n'],
  ],
  [1004, ['op=1004', 'seq=1', 'cid=c', 'sdp=v=0\\r\\no=x\\r\\n']],
  [1005, ['op=1005', 'seq=1', 'cid=c', 'rc=302', 'mto=1003']],
  [1006, ['op=1006', 'seq=1', 'cid=c']],
  [1007, ['op=1007', 'seq=1', 'cid=c', 'type=3']],
  [1008, ['op=1008', 'seq=1', 'cid=c', 'rto=1003']],
  [1009, ['op=1009', 'seq=1', 'from=sip:a@x', 'to=sip:b@x', 'mid=5', 'msg=hello']],
  [1010, ['op=1010', 'seq=1', 'cid=c']],
  [1011, ['op=1011', 'seq=1', 'disp=A', 'from=1', 'to=600', 'nonce=n', 'cdata=_cid=7', 'skill=s', 'sdp=v=0']],
  [1012, ['op=1012', 'seq=1', 'cid=c', 'dtmf=#']],
  [1013, ['op=1013', 'seq=1', 'cid=c', 'rec=0']],
  [1014, ['op=1014', 'seq=1', 'blf=0']],
]

describe('commands', () => {
  for (const [op, lines] of MANUAL)
    test(`op=${op} as the manual has it`, () => {
      const parsed = LINES.parse(`${lines.join('\n')}\n`)
      assert.equal(parsed.ok, true)
      assert.equal(parsed.ok && parsed.value.op, op)
    })

  test('wrong values are faults with words', () => {
    for (const text of [
      'op=1012\ncid=c\ndtmf=12\n',
      'op=1012\ncid=c\ndtmf=E\n',
      'op=1005\ncid=c\nrc=200\n',
      'op=1005\ncid=c\nrc=302\n',
      'op=1007\ncid=c\ntype=9\n',
      'op=1007\ncid=c\n',
      'op=1014\nblf=7\n',
      'op=1003\nto=600\n',
      `op=1003\nto=${'6'.repeat(600)}\nsdp=v=0\n`,
    ]) {
      const parsed = LINES.parse(text)
      assert.equal(parsed.ok, false, text)
      assert.match(parsed.ok ? '' : parsed.error.reason, /\.$/)
    }
  })

  test('a list of extensions may be long, in either dialect', () => {
    const all = Array.from({ length: 200 }, (_, index) => `${1000 + index}`)
    for (const text of [
      `op=1014\nseq=1\nblf=1\next=${all.join(',')}\n`,
      JSON.stringify({ op: 1014, seq: 1, blf: 1, ext: all }),
    ]) {
      const parsed = dialectOf(text).parse(text)
      assert.deepEqual(parsed.ok && parsed.value.op === 1014 ? parsed.value.ext : parsed, all)
    }
  })

  test('any text gives a command or a fault, in either dialect', () => {
    let seed = 42
    const next = (most: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
      return seed % most
    }
    const alphabet = 'op=1019seqcidsdpmsg\n\r,={}[]":\\\u0000é💥 '
    for (let round = 0; round < 3000; round++) {
      const [, lines] = MANUAL[next(MANUAL.length)] as [number, string[]]
      const text = [
        ...(round % 3 === 0 ? `{"op":${1000 + next(20)},"seq":1,"cid":"c"}` : `${lines.join('\n')}\n`),
      ]
      for (let change = next(8); change >= 0; change--)
        text.splice(next(text.length + 1), next(3), alphabet[next(alphabet.length)] ?? '')
      const mutated = text.join('')
      const parsed = dialectOf(mutated).parse(mutated)
      if (parsed.ok) assert.equal(parsed.value.op >= 1000, true)
      else assert.equal(typeof parsed.error.reason, 'string')
    }
  })
})
