import assert from 'node:assert/strict'
import { test } from 'node:test'
import { err, ok } from '#lib/result'
import type { ServerTransaction } from '../contract.ts'
import { createRequest, createResponse, type SipRequest } from '../grammar/message.ts'
import { type Bearer, Offers } from './offers.ts'
import { sdpOf, withSdp } from './sdp-body.ts'
import type { SessionEvents } from './session-ports.ts'

const description = (version: number, ...media: string[]): string =>
  ['v=0', `o=- 1 ${version} IN IP4 192.0.2.1`, 's=-', 't=0 0', ...media, ''].join('\r\n')
const [AUDIO, VIDEO] = ['m=audio 4000 RTP/AVP 0', 'm=video 4002 RTP/AVP 102']

/** A peer that answers with that, and what it was told. */
const aDialogue = (answer: string, events: Partial<SessionEvents> = {}) => {
  const told: (string | undefined)[] = []
  const request = (sdp: string | undefined): SipRequest => withSdp(createRequest('INVITE', 'sip:a'), sdp)
  const bearer: Partial<Bearer> = {
    ...{ ended: false, confirmed: true, agree: () => {}, retarget: () => {} },
    refreshing: (_method, sdp) => request(sdp),
    ask: async (asked) => {
      told.push(sdpOf(asked))
      return withSdp(createResponse(asked, 200, 'OK'), answer)
    },
    accept: async (_transaction, sdp) => {
      told.push(sdp)
      return withSdp(createRequest('ACK', 'sip:a'), answer)
    },
  }
  return { told, offers: new Offers(bearer as Bearer, events as SessionEvents) }
}

test('a picture alone keeps its place behind the sound, and who offered it hears of itself alone', async () => {
  const answer = description(9, 'm=audio 0 RTP/AVP 0', 'm=video 6000 RTP/AVP 102')
  const { told, offers } = aDialogue(answer)
  offers.say(description(1, AUDIO, VIDEO), true)
  const answered = await offers.offer(description(2, VIDEO))
  assert.deepEqual(told, [description(2, 'm=audio 0 RTP/AVP 0', VIDEO)])
  assert.deepEqual(answered, ok(description(9, 'm=video 6000 RTP/AVP 102')))
})

test('what the peer said before, and says again, is no offer to the other side', async () => {
  const answer = description(9, 'm=audio 6000 RTP/AVP 0', 'm=video 0 RTP/AVP 102')
  const heard: string[] = []
  const { told, offers } = aDialogue(answer, {
    onOffer: async (sdp) => {
      heard.push(sdp)
      return err({ status: 488 })
    },
  })
  offers.local = offers.say(description(1, AUDIO), true)
  // It answers with a place more than it was asked for.
  offers.remote = answer
  await offers.onReinvite(createRequest('INVITE', 'sip:b'), { answered: false } as ServerTransaction)
  assert.deepEqual([told, heard], [[description(1, AUDIO)], []])
})

test('what the peer says anew is', async () => {
  const answer = description(10, 'm=audio 6000 RTP/AVP 0')
  const heard: string[] = []
  const { offers } = aDialogue(answer, {
    onOffer: async (sdp) => {
      heard.push(sdp)
      return err({ status: 488 })
    },
  })
  offers.local = offers.say(description(1, AUDIO), true)
  offers.remote = description(9, 'm=audio 6000 RTP/AVP 0')
  await offers.onReinvite(createRequest('INVITE', 'sip:b'), { answered: false } as ServerTransaction)
  assert.deepEqual(heard, [answer])
})
