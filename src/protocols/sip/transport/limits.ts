/** Bounds on what strangers can make an endpoint keep. */
export type SipLimits = {
  /** Server transactions without a final answer, and refused INVITEs that await their ACK; past it 503. */
  transactions: number
  /** As many more for INVITEs of emergency calls (RFC 5031). */
  emergencies: number
  /** Octets of the messages that those keep alive; past it 503. */
  transactionOctets: number
  /** Of the INVITEs among them, those from one address; past it 503. */
  invitesPerSource: number
  /** And the octets of those. */
  inviteOctetsPerSource: number
  /** Finished transactions that only absorb repetitions, of each kind; past it the oldest is forgotten. */
  completed: number
  /** Octets of the answers among them. */
  completedOctets: number
  /** Answers a second to requests that could not be understood. */
  badAnswersPerSecond: number
  /** Stream connections that may have begun a message, and for how long; past either they are closed. */
  incomplete: number
  incompleteMs: number
}

export const defaultLimits: SipLimits = {
  transactions: 100_000,
  emergencies: 1000,
  transactionOctets: 1 << 27,
  invitesPerSource: 200,
  inviteOctetsPerSource: 1 << 20,
  completed: 50_000,
  completedOctets: 1 << 26,
  badAnswersPerSecond: 100,
  incomplete: 10_000,
  incompleteMs: 30_000,
}
