import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Binding } from '#core'
import type { Endpoint, Flow, Transport, Wire } from '#lib/wire'
import { createRequest, type Dialog } from '#sip'
import { contactHeader, createFlowChoice, ownUri, sameContact } from './paths.ts'
import { endpointOf, flowToBinding, reachOf } from './reach.ts'

const aFlow = (transport: Transport, address: string, port: number, open = true): Flow => ({
  transport,
  reliable: transport !== 'udp',
  connection: transport === 'udp' ? 0 : 1,
  listener: 0,
  local: { address: '192.0.2.1', port: 5060 },
  address,
  port,
  open,
  send: () => open,
  close: () => {},
})
/** A wire that can go anywhere by UDP and TCP, and notes where it was asked to. */
const aWire = () => {
  const asked: string[] = []
  const wire: Wire = {
    flowTo: (transport, { address, port }: Endpoint) => {
      asked.push(`${transport} ${address} ${port}`)
      return transport === 'ws' ? undefined : aFlow(transport, address, port)
    },
    close: async () => {},
  }
  return { wire, asked }
}

const aRegister = (via: string) => {
  const request = createRequest('REGISTER', 'sip:tandem.test')
  request.headers.add('Via', `SIP/2.0/UDP ${via};branch=z9hG4bK1`)
  return request
}

describe('a contact is reached', () => {
  const udp = aFlow('udp', '192.0.2.9', 5060)
  const cases: [what: string, contact: string, via: string, flow: Flow, is: string][] = [
    ['where it says, without a NAT', 'sip:a@192.0.2.9:5070', '192.0.2.9:5060', udp, 'udp 192.0.2.9 5070'],
    ['by the transport it names', 'sip:a@192.0.2.9;transport=tcp', '192.0.2.9', udp, 'tcp 192.0.2.9 5060'],
    ['by TLS where it says sips', 'sips:a@192.0.2.9', '192.0.2.9', udp, 'tls 192.0.2.9 5061'],
    ['where it was seen, behind a NAT', 'sip:a@10.0.0.5:5060', '10.0.0.5:5060', udp, 'udp 192.0.2.9 5060'],
    ['where it was seen, when it is a name', 'sip:a@phone.local', '192.0.2.9', udp, 'udp 192.0.2.9 5060'],
    [
      'over its connection',
      'sip:a@192.0.2.9:5060',
      '192.0.2.9',
      aFlow('tcp', '192.0.2.9', 41_000),
      'tcp 192.0.2.9 41000',
    ],
    [
      'over IPv6, in any spelling',
      'sip:a@[2001:DB8::9]:5070',
      '[2001:db8:0::9]',
      aFlow('udp', '2001:db8::9', 5060),
      'udp 2001:db8::9 5070',
    ],
  ]
  for (const [what, contact, via, flow, is] of cases)
    test(what, () => {
      const { transport, address, port } = reachOf(contact, aRegister(via), flow)
      assert.equal(`${transport} ${address.toLowerCase()} ${port}`, is)
    })
})

describe('a URI leads', () => {
  test('to its address; names and browsers lead nowhere', () => {
    assert.deepEqual(endpointOf('sip:192.0.2.1;lr'), { transport: 'udp', address: '192.0.2.1', port: 5060 })
    assert.deepEqual(endpointOf('sip:[::1]:7000;transport=TLS'), {
      transport: 'tls',
      address: '::1',
      port: 7000,
    })
    for (const text of ['sip:edge.example', 'sip:192.0.2.1;transport=ws', 'tel:+331', 'nonsense'])
      assert.equal(endpointOf(text), undefined, text)
  })
})

describe('a bound phone rings', () => {
  const aBinding = (more: Partial<Binding>): Binding => ({
    subscriber: {} as Binding['subscriber'],
    contact: 'sip:a@192.0.2.9:5060',
    expiresAtMs: 0,
    q: 1000,
    transport: 'udp',
    address: '192.0.2.9',
    port: 5060,
    listener: 0,
    path: [],
    instance: undefined,
    regId: undefined,
    features: '',
    userAgent: '',
    ...more,
  })
  const ways: [what: string, more: Partial<Binding>, is: string | undefined][] = [
    ['where it is', {}, 'udp 192.0.2.9 5060'],
    ['by its edge proxy', { path: ['<sip:x@192.0.2.50:5062;lr>'] }, 'udp 192.0.2.50 5062'],
    [
      'where it was seen, when its edge proxy is a name',
      { path: ['<sip:edge.example;lr>'] },
      'udp 192.0.2.9 5060',
    ],
    [
      'at its own port, when its connection is gone',
      {
        transport: 'tcp',
        port: 41_000,
        flow: aFlow('tcp', '192.0.2.9', 41_000, false),
        contact: 'sip:a@192.0.2.9;transport=tcp',
      },
      'tcp 192.0.2.9 5060',
    ],
    [
      'nowhere, when its connection is gone and a NAT hides it',
      { transport: 'tcp', contact: 'sip:a@10.0.0.1;transport=tcp' },
      undefined,
    ],
    [
      'nowhere, when it is a browser that went',
      { transport: 'ws', contact: 'sip:a@x.invalid;transport=ws' },
      undefined,
    ],
  ]
  for (const [what, more, is] of ways)
    test(what, () => {
      const { wire, asked } = aWire()
      const flow = flowToBinding(wire, aBinding(more))
      assert.equal(asked[0], is)
      assert.equal(flow === undefined, is === undefined)
    })

  test('over its connection while that stands', () => {
    const { wire, asked } = aWire()
    const flow = aFlow('ws', '192.0.2.9', 41_000)
    assert.equal(flowToBinding(wire, aBinding({ transport: 'ws', flow })), flow)
    assert.deepEqual(asked, [])
  })
})

describe('a request in a dialogue goes', () => {
  const aDialog = (target: string, routes: string[] = []): Dialog => ({
    callId: '',
    localTag: '',
    remoteTag: '',
    local: '',
    remote: '',
    localSeq: 1,
    remoteSeq: 1,
    target,
    routes,
    caller: true,
  })
  const udp = aFlow('udp', '192.0.2.9', 5060)
  const ways: [what: string, dialog: Dialog, flow: Flow, is: string | undefined][] = [
    ['the way it came', aDialog('sip:a@192.0.2.9'), udp, undefined],
    ['to another port of the same host', aDialog('sip:a@192.0.2.9:7000'), udp, 'udp 192.0.2.9 7000'],
    ['the way it came, when the contact is inside a NAT', aDialog('sip:a@10.0.0.1'), udp, undefined],
    ['to its first route', aDialog('sip:a@10.0.0.1', ['<sip:192.0.2.50;lr>']), udp, 'udp 192.0.2.50 5060'],
    ['over its connection', aDialog('sip:a@192.0.2.9'), aFlow('tcp', '192.0.2.9', 41_000), undefined],
    [
      'to the contact, when its connection is gone',
      aDialog('sip:a@192.0.2.9;transport=tcp'),
      aFlow('tcp', '192.0.2.9', 41_000, false),
      'tcp 192.0.2.9 5060',
    ],
    [
      'nowhere, when a browser is gone',
      aDialog('sip:a@x.invalid;transport=ws'),
      aFlow('ws', '192.0.2.9', 4, false),
      undefined,
    ],
  ]
  for (const [what, dialog, flow, is] of ways)
    test(what, () => {
      const { wire, asked } = aWire()
      const chosen = createFlowChoice(wire)(dialog, flow)
      assert.equal(asked[0], is)
      if (is === undefined) assert.equal(chosen, flow)
    })
})

describe('our own URI', () => {
  test('names the transport and brackets IPv6', () => {
    const at = (transport: Transport, address: string): Flow => ({
      ...aFlow(transport, '', 0),
      local: { address, port: 5060 },
    })
    assert.equal(ownUri(at('udp', '192.0.2.1')), 'sip:192.0.2.1:5060')
    assert.equal(ownUri(at('tcp', '::1'), 'orig'), 'sip:orig@[::1]:5060;transport=tcp')
    assert.equal(contactHeader(at('wss', '192.0.2.1')), '<sips:192.0.2.1:5060;transport=ws>')
  })

  test('is the same contact in other spellings', () => {
    assert.equal(sameContact('sip:a@HOST', 'sip:a@host'), true)
    assert.equal(sameContact('sip:a@host', 'sip:b@host'), false)
    assert.equal(sameContact('sip:a@host', 'nonsense'), false)
  })
})
