/** RP causes, TS 24.011 §8.2.5.4, table 8.4, in its own words. */
const RP_CAUSES: ReadonlyMap<number, string> = new Map([
  [1, 'Unassigned (unallocated) number'],
  [8, 'Operator determined barring'],
  [10, 'Call barred'],
  [11, 'Reserved'],
  [21, 'Short message transfer rejected'],
  [22, 'Memory capacity exceeded'],
  [27, 'Destination out of order'],
  [28, 'Unidentified subscriber'],
  [29, 'Facility rejected'],
  [30, 'Unknown subscriber'],
  [38, 'Network out of order'],
  [41, 'Temporary failure'],
  [42, 'Congestion'],
  [47, 'Resources unavailable, unspecified'],
  [50, 'Requested facility not subscribed'],
  [69, 'Requested facility not implemented'],
  [81, 'Invalid short message transfer reference value'],
  [95, 'Semantically incorrect message'],
  [96, 'Invalid mandatory information'],
  [97, 'Message type non-existent or not implemented'],
  [98, 'Message not compatible with short message protocol state'],
  [99, 'Information element non-existent or not implemented'],
  [111, 'Protocol error, unspecified'],
  [127, 'Interworking, unspecified'],
])

export const rpCauseName = (cause: number): string => RP_CAUSES.get(cause) ?? `RP cause ${cause}`

/** CP causes, TS 24.011 §8.1.4.2, table 8.2. */
const CP_CAUSES: ReadonlyMap<number, string> = new Map([
  [17, 'Network failure'],
  [22, 'Congestion'],
  [81, 'Invalid transaction identifier value'],
  [95, 'Semantically incorrect message'],
  [96, 'Invalid mandatory information'],
  [97, 'Message type non-existent or not implemented'],
  [98, 'Message not compatible with the short message protocol state'],
  [99, 'Information element non-existent or not implemented'],
  [111, 'Protocol error, unspecified'],
])

export const cpCauseName = (cause: number): string => CP_CAUSES.get(cause) ?? `CP cause ${cause}`

/** The causes that this software gives or waits for. */
export const RP_CAUSE = {
  unassigned: 1,
  barred: 10,
  rejected: 21,
  memoryExceeded: 22,
  outOfOrder: 27,
  unknownSubscriber: 30,
  networkOutOfOrder: 38,
  temporaryFailure: 41,
  congestion: 42,
  notSubscribed: 50,
  notImplemented: 69,
  semantic: 95,
  invalidMandatory: 96,
  unknownType: 97,
  protocolError: 111,
} as const

/** TP-Failure-Cause of a handset whose memory is full, TS 23.040 §9.2.3.22. */
export const FCS_MEMORY_FULL = 0xd3
