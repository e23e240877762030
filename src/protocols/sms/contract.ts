/** TP addresses, TS 23.040 §9.1.2.5, and RP addresses, TS 24.011 §8.2.5. */
export type SmsAddress = {
  /** Type of number: 0 unknown, 1 international, 2 national, 3 network specific, 4 subscriber, 5 alphanumeric, 6 abbreviated. */
  ton: number
  /** Numbering plan: 0 unknown, 1 telephone (E.164), … */
  npi: number
  /** Digits `0-9*#abc` without a plus; text when `ton` is 5. */
  value: string
}

/** One information element of the TP-User-Data-Header, TS 23.040 §9.2.3.24. */
export type HeaderElement = { id: number; octets: Uint8Array }

/**
 * TP-User-Data, TS 23.040 §9.2.3.24. `payload` is what follows the header: one septet per octet when the coding is
 * uncompressed GSM 7-bit, else octets as they are.
 */
export type UserData = { elements: readonly HeaderElement[]; payload: Uint8Array }

/** TP-SCTS and its like, TS 23.040 §9.2.3.11. `quarters`: zone in quarters of an hour; -0 is written as minus zero. */
export type SmsTime = { atMs: number; quarters: number }

/** TP-Validity-Period, TS 23.040 §9.2.3.12: `value` as on the wire, `octets` seven of them. */
export type Validity =
  | { kind: 'relative'; value: number }
  | { kind: 'absolute'; time: SmsTime | undefined }
  | { kind: 'enhanced'; octets: Uint8Array }

/** SMS-SUBMIT, TS 23.040 §9.2.2.2. */
export type Submit = {
  kind: 'submit'
  reference: number
  destination: SmsAddress
  pid: number
  dcs: number
  validity?: Validity
  userData: UserData
  rejectDuplicates: boolean
  /** TP-SRR: a status report is wanted. */
  reportWanted: boolean
  replyPath: boolean
}

/** SMS-DELIVER, TS 23.040 §9.2.2.1. `time` is undefined when the octets name no moment. */
export type Deliver = {
  kind: 'deliver'
  originator: SmsAddress
  pid: number
  dcs: number
  time: SmsTime | undefined
  userData: UserData
  /** TP-MMS, turned round: more messages wait at the service centre. */
  moreMessages: boolean
  loopPrevention: boolean
  /** TP-SRI: a report goes back to who sent it. */
  reportIndication: boolean
  replyPath: boolean
}

/** What TP-Parameter-Indicator may announce at the end of reports, TS 23.040 §9.2.3.27. */
export type ReportTail = { pid?: number; dcs?: number; userData?: UserData }

/** SMS-STATUS-REPORT, TS 23.040 §9.2.2.3. */
export type StatusReport = ReportTail & {
  kind: 'status-report'
  /** TP-MR of the SMS-SUBMIT (or SMS-COMMAND) this is about. */
  reference: number
  recipient: SmsAddress
  /** When the service centre got that message, and when it was delivered or given up. */
  time: SmsTime | undefined
  doneTime: SmsTime | undefined
  /** TP-Status. */
  status: number
  moreMessages: boolean
  loopPrevention: boolean
  /** TP-SRQ: about an SMS-COMMAND. */
  ofCommand: boolean
}

/** SMS-SUBMIT-REPORT, TS 23.040 §9.2.2.2a. `cause`: TP-FCS, in an RP-ERROR only. */
export type SubmitReport = ReportTail & { kind: 'submit-report'; cause?: number; time: SmsTime | undefined }

/** SMS-DELIVER-REPORT, TS 23.040 §9.2.2.1a. `cause`: TP-FCS, in an RP-ERROR only. */
export type DeliverReport = ReportTail & { kind: 'deliver-report'; cause?: number }

/** SMS-COMMAND, TS 23.040 §9.2.2.4. `command`: 0 enquiry, 1 cancel report, 2 delete, 3 enable report. */
export type Command = {
  kind: 'command'
  reference: number
  pid: number
  command: number
  /** TP-MN: the TP-MR of the message it is about. */
  messageNumber: number
  destination: SmsAddress
  data: Uint8Array
  hasHeader: boolean
  reportWanted: boolean
}

export type Tpdu = Submit | Deliver | StatusReport | SubmitReport | DeliverReport | Command
