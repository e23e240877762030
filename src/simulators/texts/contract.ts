/** How a text is sent. */
export type TextWish = {
  /** As `text/plain`, as SIP phones do, even where a SIM would send SMS. */
  plain?: boolean
  /** TP-SRR: the network shall tell when it was delivered. SMS only. */
  statusReport?: boolean
  validityS?: number
  /** Languages whose tables may be used, TS 23.038 §6.2.1.2.4. */
  national?: readonly number[]
}

/** What became of a text that we sent: `ok` when the service centre (or, for plain text, the server) has it all. */
export type TextReport = {
  to: string
  form: 'sms' | 'plain'
  ok: boolean
  parts: number
  /** SIP status of the last request. */
  status: number
  /** Of an RP-ERROR. */
  cause?: number
  reason: string
  /** TP-Message-References, by which a status report names the parts. */
  references: number[]
}

/** What the handset does with a text that comes in. */
export type TextPolicy =
  /** SIP 200 and, for SMS, RP-ACK. */
  | { kind: 'take' }
  /** SIP 200, but no report ever. */
  | { kind: 'no-report' }
  /** Not even SIP is answered. */
  | { kind: 'ignore' }
  /**
   * RP-ERROR; for plain text 480. Where memory is exceeded (cause 22), `memoryAfterMs` later there is some again: the
   * handset says so in RP-SMMA and takes texts.
   */
  | { kind: 'refuse'; cause: number; memoryAfterMs?: number }

/** What happens with texts, for whoever watches the handset. */
export type TextEvent =
  /** `data`: octets of a message that is no text, hexadecimal. `parts`: how many it came in. */
  | {
      kind: 'message'
      from: string
      text: string
      form: 'sms' | 'plain'
      parts: number
      data?: string
      flash?: boolean
    }
  /** A short message of type 0, or one for the SIM: acknowledged and not shown. */
  | { kind: 'unshown'; from: string; pid: number }
  | { kind: 'sent'; report: TextReport }
  /** `status`: TP-Status. */
  | { kind: 'status-report'; reference: number; recipient: string; status: number }
  /** RP-SMMA was answered: true when the network knows that we have memory again. */
  | { kind: 'memory'; known: boolean }
