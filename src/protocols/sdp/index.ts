export {
  type AddressKind,
  addressBytes,
  addressKind,
  type Connection,
  isGroup,
  isUnspecified,
} from './address.ts'
export {
  attributeOf,
  bandwidthOf,
  type Codec,
  codecsOf,
  directionFrom,
  eventsOf,
  fmtpOf,
  heldDirection,
  mirrored,
  payloadTypesOf,
  ptimeOf,
  receives,
  sends,
} from './attributes.ts'
export {
  type Direction,
  MAX_SDP_LENGTH,
  MAX_SDP_MEDIA,
  parseSdp,
  printSdp,
  type Sdp,
  type SdpError,
  type SdpMedium,
} from './description.ts'
export { echoAnswer } from './echo.ts'
export { answerAs, HOUSE_OFFER } from './house.ts'
export {
  alignAnswer,
  isRelayable,
  isSealed,
  type Origin,
  type OwnAddress,
  type OwnMedium,
  relayBody,
  withOrigin,
} from './relay.ts'
