import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { XMLValidator } from 'fast-xml-parser'
import { latin1 } from '#lib/text'
import { aHouse, aSubscriber } from '../support/house.ts'
import { aPhone } from '../support/phone.ts'
import { aWatcher } from '../support/watcher.ts'

const ALICE = '192.0.2.10'
const alice = aSubscriber('alice', {
  identities: [
    { uri: 'sip:alice', user: 'alice' },
    { uri: 'tel:+4930111', user: '+4930111' },
  ],
})

/** Alice, registered, with a phone that can subscribe. */
const aPlace = async (options: Parameters<typeof aHouse>[0] = {}) => {
  const house = aHouse({ subscribers: [alice, aSubscriber('bob')], ...options })
  const phone = aPhone(house, 'alice', ALICE)
  await phone.register()
  return { house, phone, watcher: aWatcher(house, phone, ALICE) }
}
const HOME = `sip:alice@${ALICE}:5060`
/** Value of Allow-Events. */
const PACKAGES = 'reg, dialog'

describe('a phone that watches its own registration', () => {
  test('proves who it is, and is told everything at once', async () => {
    const { house, watcher } = await aPlace()
    const response = await watcher.subscribe({ expires: '600000' })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('Expires'), '600000')
    assert.equal(watcher.told.length, 1)
    assert.deepEqual(watcher.last(), [
      `sip:alice@tandem.test: active [${HOME} active registered]`,
      `tel:+4930111: active [${HOME} active created]`,
    ])
    const [first] = watcher.told
    assert.match(first?.state ?? '', /^active;expires=(600000|59999\d)$/)
    assert.deepEqual([first?.info.version, first?.info.state], [0, 'full'])
    assert.equal(first?.request.headers.get('Content-Type'), 'application/reginfo+xml')
    assert.equal(XMLValidator.validate(latin1(first?.request.body ?? new Uint8Array())), true)
    assert.equal(house.notifier.size, 1)
  })

  test('with a wrong password is told nothing', async () => {
    const { house, watcher } = await aPlace()
    assert.equal((await watcher.subscribe({ password: 'wrong' })).status, 403)
    assert.deepEqual([house.notifier.size, watcher.told.length], [0, 0])
  })

  test('hears of each change, a number higher each time, under names that stay', async () => {
    const { house, phone, watcher } = await aPlace()
    await watcher.subscribe()
    await house.pass(6000)
    const other = `<sip:alice@192.0.2.20>;q=0.3;+sip.instance="<urn:uuid:1>";audio`
    await phone.register({ contact: other })
    assert.deepEqual(
      watcher.last()[1],
      `tel:+4930111: active [${HOME} active created, sip:alice@192.0.2.20 active created]`,
    )
    await house.pass(6000)
    await phone.register()
    assert.match(
      watcher.last()[0] ?? '',
      new RegExp(`${HOME} active refreshed, sip:alice@192.0.2.20 active registered`),
    )
    await house.pass(6000)
    await phone.register({ contact: other, expires: '0' })
    assert.match(
      watcher.last()[0] ?? '',
      /active \[.* active registered, sip:alice@192.0.2.20 terminated unregistered\]$/,
    )
    assert.deepEqual(
      watcher.told.map(({ info }) => info.version),
      [0, 1, 2, 3],
    )
    const contacts = watcher.told.flatMap(({ info }) => info.registrations[0]?.contacts ?? [])
    assert.equal(new Set(contacts.map(({ id }) => id)).size, 2)
    const gone = contacts.at(-1)
    assert.deepEqual([gone?.q, gone?.expires], [0.3, undefined])
    assert.deepEqual(gone?.params, [
      ['+sip.instance', '"<urn:uuid:1>"'],
      ['audio', ''],
    ])
  })

  test('is not told more often than every five seconds, and then everything', async () => {
    const { house, phone, watcher } = await aPlace()
    await watcher.subscribe()
    for (let i = 1; i <= 4; i++) await phone.register({ contact: `<sip:alice@192.0.2.2${i}>` })
    assert.equal(watcher.told.length, 1)
    await house.pass(5000)
    assert.equal(watcher.told.length, 2)
    assert.equal(watcher.told[1]?.info.registrations[0]?.contacts.length, 5)
  })

  test('that leaves is told so last of all, and the subscription is over', async () => {
    const { house, phone, watcher } = await aPlace()
    await watcher.subscribe()
    await phone.register({ contact: '*', expires: '0' })
    assert.deepEqual(watcher.last(), [
      `sip:alice@tandem.test: terminated [${HOME} terminated unregistered]`,
      `tel:+4930111: terminated [${HOME} terminated unregistered]`,
    ])
    assert.equal(watcher.told.at(-1)?.state, 'terminated;reason=noresource')
    assert.equal(house.notifier.size, 0)
    assert.equal((await watcher.subscribe({ expires: '600' })).status, 481, 'there is none any more')
  })

  test('that moves to another address is not taken for one that left', async () => {
    const { house, phone, watcher } = await aPlace()
    await phone.register({ contact: `<${HOME}>;+sip.instance="<urn:uuid:1>";reg-id=1` })
    await watcher.subscribe()
    await house.pass(6000)
    await phone.register({ contact: `<sip:alice@192.0.2.77>;+sip.instance="<urn:uuid:1>";reg-id=1` })
    assert.equal(house.notifier.size, 1)
    assert.match(
      watcher.last()[0] ?? '',
      /active \[sip:alice@192.0.2.77 active registered, .* terminated unregistered\]$/,
    )
  })

  test('whose time has run out', async () => {
    const { house, phone, watcher } = await aPlace()
    await phone.register({ expires: '60' })
    await watcher.subscribe()
    await house.pass(62_000)
    assert.match(watcher.last()[0] ?? '', /terminated \[.* terminated expired\]$/)
    assert.equal(watcher.told.at(-1)?.state, 'terminated;reason=noresource')
  })

  test('that the operator deregisters is told at once to come back', async () => {
    const { house, phone, watcher } = await aPlace()
    await phone.register({ contact: '<sip:alice@192.0.2.20>' })
    await watcher.subscribe()
    assert.equal(house.registrations.deregister('sip:alice@192.0.2.20'), true)
    await house.settle()
    assert.match(
      watcher.last()[0] ?? '',
      /active \[.* active registered, sip:alice@192.0.2.20 terminated deactivated\]$/,
    )
    house.registrations.deregister(HOME)
    await house.settle()
    assert.match(watcher.last()[0] ?? '', /terminated \[.* terminated deactivated\]$/)
    assert.equal(watcher.told.at(-1)?.state, 'terminated;reason=noresource')
  })

  test('is told nothing of what is bound for emergencies', async () => {
    const { house, phone, watcher } = await aPlace()
    await watcher.subscribe()
    await house.pass(6000)
    await phone.register({ contact: `<sip:alice@${ALICE}:5060;sos>` })
    await house.pass(6000)
    assert.equal(watcher.told.length, 1)
    await house.pass(6000)
    await phone.register()
    assert.doesNotMatch(watcher.last().join(), /sos/)
  })

  test('and was busy hears again what it did not take', async () => {
    const { house, phone, watcher } = await aPlace()
    await phone.register({ contact: '<sip:alice@192.0.2.20>' })
    await watcher.subscribe()
    watcher.status = 503
    house.registrations.deregister('sip:alice@192.0.2.20')
    await house.settle()
    watcher.status = 200
    await house.pass(2500)
    assert.deepEqual(
      watcher.told.map(({ info }) => info.version),
      [0, 1, 2],
    )
    assert.match(watcher.last()[0] ?? '', /sip:alice@192.0.2.20 terminated deactivated\]$/)
    await house.pass(6000)
    await phone.register()
    assert.doesNotMatch(watcher.last()[0] ?? '', /deactivated/)
  })

  test('while it is not registered hears that, and then that it is', async () => {
    const house = aHouse({ subscribers: [alice] })
    const phone = aPhone(house, 'alice', ALICE)
    const watcher = aWatcher(house, phone, ALICE)
    await watcher.subscribe()
    assert.deepEqual(watcher.last(), ['sip:alice@tandem.test: init []', 'tel:+4930111: init []'])
    await house.pass(6000)
    await phone.register()
    assert.match(watcher.last()[0] ?? '', /active \[.* active registered\]$/)
  })

  test('goes on with another SUBSCRIBE, and leaves with one of no time', async () => {
    const { house, watcher } = await aPlace()
    await watcher.subscribe({ expires: '600' })
    await house.pass(500_000)
    assert.equal((await watcher.subscribe({ expires: '600' })).status, 200)
    await house.pass(500_000)
    assert.equal(house.notifier.size, 1)
    assert.equal((await watcher.subscribe({ expires: '0' })).headers.get('Expires'), '0')
    assert.equal(watcher.told.at(-1)?.state, 'terminated;reason=timeout')
    assert.equal(house.notifier.size, 0)
  })
})

describe('how long a subscription lasts', () => {
  test('is what the phone asks for, within ten days; RFC 3680 where it does not say', async () => {
    const { watcher } = await aPlace()
    const granted = async (expires: string | undefined): Promise<string | undefined> => {
      watcher.forget()
      return (await watcher.subscribe({ expires })).headers.get('Expires')
    }
    assert.equal(await granted('600'), '600')
    assert.equal(await granted('99999999'), '864000')
    assert.equal(await granted(undefined), '3761')
  })

  test('is what the operator says, from now on, but never longer than asked for', async () => {
    const { house, watcher } = await aPlace()
    house.live.subscribeExpiresS = 300
    const granted = async (expires: string | undefined): Promise<string | undefined> =>
      (await watcher.subscribe({ expires })).headers.get('Expires')
    assert.equal(await granted('600000'), '300')
    assert.equal(await granted('60'), '60')
    assert.equal(await granted(undefined), '300')
    house.live.subscribeExpiresS = 0
    assert.equal(await granted('600000'), '600000')
  })

  test('is not so short that it only makes work', async () => {
    const { watcher } = await aPlace()
    const response = await watcher.subscribe({ expires: '3' })
    assert.deepEqual([response.status, response.headers.get('Min-Expires')], [423, '10'])
  })

  test('and a registration whose phone does not say, follow the setting at the moment', async () => {
    const { house, phone } = await aPlace()
    const request = phone.rawRegister([['Contact', '<sip:alice@192.0.2.20>']])
    house.live.bindingExpiresS = 120
    const response = await phone.ask(request).then(async (challenge) => {
      const uri = 'sip:tandem.test'
      const proof = phone.credentials(challenge, 'REGISTER', uri, 'secret of alice', 'alice@tandem.test')
      return phone.ask(
        phone.rawRegister([
          ['Contact', '<sip:alice@192.0.2.20>'],
          ['Authorization', proof],
        ]),
      )
    })
    assert.match(response.headers.all('Contact').join(), /192\.0\.2\.20>;expires=120/)
  })
})

describe('who may watch whom', () => {
  test('a user only itself; whether another one exists it does not learn', async () => {
    const { house, watcher } = await aPlace()
    assert.equal((await watcher.subscribe({ whom: 'bob' })).status, 403)
    assert.equal((await watcher.subscribe({ whom: 'nobody' })).status, 403)
    assert.equal((await watcher.subscribe({ whom: 'tel:+4930111' })).status, 200)
    assert.equal(house.notifier.size, 1)
  })

  test('a trusted neighbour everybody there is', async () => {
    const { house } = await aPlace({ trusted: ({ address }) => address === '192.0.2.99' })
    const neighbour = aPhone(house, 'scscf', '192.0.2.99')
    const watcher = aWatcher(house, neighbour, '192.0.2.99')
    assert.equal((await watcher.subscribe({ whom: 'nobody' })).status, 404)
    assert.equal((await watcher.subscribe({ whom: 'alice' })).status, 200)
    assert.match(watcher.last()[0] ?? '', /^sip:alice@tandem.test: active/)
  })
})

describe('what cannot be subscribed to', () => {
  test('is named, with what can', async () => {
    const { watcher } = await aPlace()
    for (const event of ['presence', 'reg.winfo', '']) {
      const response = await watcher.subscribe({ headers: [['Event', event]] })
      assert.deepEqual([response.status, response.headers.get('Allow-Events')], [489, PACKAGES], event)
    }
  })

  test('in another language than ours', async () => {
    const { watcher } = await aPlace()
    const status = async (accept: string): Promise<number> => {
      watcher.forget()
      return (await watcher.subscribe({ headers: [['Accept', accept]] })).status
    }
    assert.equal(await status('application/pidf+xml, text/plain'), 406)
    assert.equal(await status('application/reginfo+xml;q=0'), 406)
    assert.equal(await status('application/pidf+xml, Application/Reginfo+XML;q=0.5'), 200)
    assert.equal(await status('application/*'), 200)
  })

  test('OPTIONS says what can, and a NOTIFY finds nobody who waits for it', async () => {
    const { phone } = await aPlace()
    const request = phone.rawRegister([])
    const ask = (method: string) => {
      request.method = method
      request.headers.set('CSeq', `${50 + method.length} ${method}`)
      return phone.ask(request)
    }
    const options = await ask('OPTIONS')
    assert.equal(options.headers.get('Allow-Events'), PACKAGES)
    assert.match(options.headers.get('Allow') ?? '', /SUBSCRIBE/)
    assert.equal((await ask('NOTIFY')).status, 481)
    assert.equal((await ask('PUBLISH')).status, 405)
  })
})

describe('the bounds of subscriptions', () => {
  test('twenty of one user: the oldest is asked to come back later', async () => {
    const { house, watcher } = await aPlace()
    for (let i = 0; i < 21; i++) {
      watcher.forget()
      assert.equal((await watcher.subscribe()).status, 200)
    }
    assert.equal(house.notifier.size, 20)
    const ends = watcher.told.filter(({ state }) => state.startsWith('terminated'))
    assert.deepEqual(
      ends.map(({ state }) => state),
      ['terminated;reason=probation;retry-after=600'],
    )
  })

  test('a phone that is gone costs nothing once its NOTIFY is given up', async () => {
    const { house, phone, watcher } = await aPlace()
    await watcher.subscribe()
    house.net.setLoss((text) => text.startsWith('NOTIFY'))
    await house.pass(6000)
    await phone.register()
    await house.pass(40_000)
    assert.equal(house.notifier.size, 0)
  })
})
