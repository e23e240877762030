/**
 * Why octets are no message. `short`: they end before a field that a length or a flag promised. `length`: a length that
 * the standard rules out. `type`: a message type that does not exist in this direction.
 */
export type SmsFault = 'short' | 'length' | 'type'

/** Who speaks: the handset (`mo`, mobile originated) or the service centre (`mt`, mobile terminated). */
export type SmsDirection = 'mo' | 'mt'
