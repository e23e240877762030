import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { silentLog } from '#lib/log'
import { err, ok } from '#lib/result'
import { bookUrl, createPhoneBook, type Fetch } from './book.ts'
import { parseBook } from './parse.ts'
import { printBook } from './print.ts'

const octets = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The manual's own example, 4.2, shortened. */
const EXAMPLE = `<EZPhoneDirectory>
 <PbookGroup><GroupName>Company</GroupName>
  <DirectoryEntry><Name>Alex</Name><Telephone>20009</Telephone><Blf>No</Blf></DirectoryEntry>
  <DirectoryEntry><Name>Jim</Name><Telephone>20008</Telephone><Blf>YES</Blf></DirectoryEntry>
 </PbookGroup>
 <PbookGroup><GroupName>Friend Group</GroupName>
  <DirectoryEntry><Name>Jim &amp; Co</Name><Telephone>020008</Telephone></DirectoryEntry>
 </PbookGroup>
</EZPhoneDirectory>`
const GROUPS = [
  {
    name: 'Company',
    entries: [
      { name: 'Alex', tel: '20009', blf: false },
      { name: 'Jim', tel: '20008', blf: true },
    ],
  },
  { name: 'Friend Group', entries: [{ name: 'Jim & Co', tel: '020008', blf: false }] },
]

describe('the XML of a phone book', () => {
  test('is read as the manual shows it, numbers with their zeros', () =>
    assert.deepEqual(parseBook(octets(EXAMPLE)), ok(GROUPS)))
  test('is read in whatever case, and with a byte order mark', () => {
    const other = `\uFEFF${EXAMPLE.replace(/<\/?\w+>/g, (tag) => tag.toLowerCase())}`
    assert.deepEqual(parseBook(octets(other)), ok(GROUPS))
  })
  test('is what is printed, for any names', () => {
    const odd = [{ name: '<&>"\'', entries: [{ name: '名前 </Name>', tel: '+1', blf: true }] }]
    assert.deepEqual(parseBook(octets(printBook(odd))), ok(odd))
    assert.deepEqual(parseBook(octets(printBook([]))), ok([]))
  })
  test('brings no DTD and no entities of its own', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    const file = '<!doctype x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    for (const head of [bomb, file])
      assert.deepEqual(
        parseBook(octets(head + EXAMPLE.replace('Alex', '&b;'))),
        err('it has a DTD, which is not read'),
      )
    const unknown = parseBook(octets(EXAMPLE.replace('Alex', '&b;')))
    assert.ok(unknown.ok)
    assert.equal(unknown.value[0]?.entries[0]?.name, '&b;')
  })
  test('is refused when it is none, whatever it is', () => {
    for (const text of [
      '',
      'hello',
      '<html></html>',
      '<EZPhoneDirectory>',
      EXAMPLE.slice(0, 200),
      '\0\0',
      '<a><b></a>',
    ])
      assert.equal(parseBook(octets(text)).ok, false, text)
    assert.equal(parseBook(new Uint8Array(1024 * 1024 + 1)).ok, false)
    const whole = octets(EXAMPLE)
    for (let at = 0; at < 500; at++) {
      const bent = whole.slice()
      bent[(at * 7919) % bent.length] = (at * 31) % 256
      parseBook(bent)
    }
  })
})

describe('the phone book of an extension', () => {
  const setUp = (answers: Awaited<ReturnType<Fetch>>[]) => {
    const asked: { url: string; etag: string | undefined }[] = []
    const time = { ms: 0 }
    const own = [{ name: 'Own', entries: [{ name: 'Own Jim', tel: '7', blf: true }] }]
    const fetch: Fetch = async (url, { headers }) => {
      asked.push({ url, etag: headers?.['if-none-match'] })
      return answers.shift() ?? err('no more')
    }
    const clock = { nowMs: () => time.ms, wallMs: () => time.ms }
    const book = createPhoneBook({ url: 'http://pbx/getpbook.jsp', own, fetch, clock, log: silentLog })
    return { book, asked, time, own }
  }
  const page = (status: number, text = '', headers: Record<string, string> = {}) =>
    ok({ status, headers, body: octets(text) })

  test('is asked for with pext', () => {
    assert.equal(bookUrl('http://a/b', '1 0'), 'http://a/b?pext=1%200')
    assert.equal(bookUrl('http://a/b?c=d', '1'), 'http://a/b?c=d&pext=1')
    assert.equal(bookUrl('http://a/b?#f', '1'), 'http://a/b?pext=1#f')
  })
  test('is fetched once a minute, by its ETag, and once for all who ask at the same time', async () => {
    const { book, asked, time } = setUp([page(200, EXAMPLE, { etag: '"v1"' }), page(304)])
    const both = await Promise.all([book.groups('1001'), book.groups('1001')])
    assert.deepEqual(both, [GROUPS, GROUPS])
    assert.deepEqual(asked, [{ url: 'http://pbx/getpbook.jsp?pext=1001', etag: undefined }])
    assert.equal(book.nameOf('1001', '20008'), 'Jim')
    time.ms = 61_000
    assert.deepEqual(await book.groups('1001'), GROUPS)
    assert.equal(asked[1]?.etag, '"v1"')
    assert.equal(asked.length, 2)
  })
  test('is the server’s own until one came, and stays what it was when the other server is away', async () => {
    const { book, asked, time, own } = setUp([
      err('ECONNREFUSED'),
      page(200, EXAMPLE),
      page(500),
      page(200, 'junk'),
    ])
    assert.deepEqual(await book.groups('1001'), own)
    assert.deepEqual(await book.groups('1001'), own)
    assert.equal(asked.length, 1, 'a pause after the failure')
    for (const expected of [2, 3, 4]) {
      time.ms += 91_000
      assert.deepEqual(await book.groups('1001'), GROUPS)
      assert.equal(asked.length, expected)
    }
    assert.equal(book.nameOf('1001', '7'), 'Own Jim')
    assert.equal(book.nameOf('1001', '999'), undefined)
  })
})
