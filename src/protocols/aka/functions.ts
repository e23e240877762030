/**
 * The functions of TS 33.102 §6.3 under one subscriber key, whatever algorithm stands behind them.
 * Lengths in octets: RAND 16, SQN 6, AMF 2, both MACs 8 (the form AUTN and AUTS carry), AK 6.
 */
export type AkaFunctions = {
  /** f1: MAC-A, with which the network proves itself. */
  f1(rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array): Uint8Array
  /** f1*: MAC-S, with which the SIM proves a resynchronisation. */
  f1Star(rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array): Uint8Array
  /** f2 to f5 at once: they share most of their work. */
  f2345(rand: Uint8Array): AkaAnswer
  /** f5*: hides SQN_MS in AUTS. */
  f5Star(rand: Uint8Array): Uint8Array
}

export type AkaAnswer = { res: Uint8Array; ck: Uint8Array; ik: Uint8Array; ak: Uint8Array }
