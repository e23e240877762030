import { createSim, decodeNonce } from '#aka'
import { headerOf, requestText, type Stranger } from './raw-sip.ts'
import { DOMAIN } from './tandem.ts'

const K = new Uint8Array(16).fill(0x2a)

/** A SIM user of the configuration, with the key that `sqnOf` knows. */
export const simUser = (imsi: string) => ({
  ...{ imsi, sim_algo: 'xor', K: Buffer.from(K).toString('hex'), amf: 0x9001, sqn: '000000000000' },
  ...{ impi: `${imsi}@${DOMAIN}`, impu: [imsi] },
})

const sim = createSim({ algo: 'xor', k: K })
/** A card that takes every number: only the network is watched here. */
const open = { accept: () => true, highest: 0n }

/** A first REGISTER of that user; the answer, and the sequence number that its challenge carries. */
export const challengeOf = async (
  stranger: Stranger,
  imsi: string,
  timeoutMs = 1000,
): Promise<{ answer: string; sqn?: bigint }> => {
  const headers = [`Contact: <sip:${imsi}@${stranger.address}:${stranger.port}>`]
  const text = requestText({ method: 'REGISTER', from: imsi, via: stranger.via, headers })
  const answer = (await stranger.ask(text, timeoutMs)) ?? ''
  const nonce = headerOf(answer, 'WWW-Authenticate')?.match(/nonce="([^"]*)"/)?.[1] ?? ''
  const decoded = decodeNonce(nonce)
  if (!decoded.ok) return { answer }
  const judged = sim.answer(decoded.value.rand, decoded.value.autn, open)
  return judged.kind === 'ok' ? { answer, sqn: judged.sqn } : { answer }
}
