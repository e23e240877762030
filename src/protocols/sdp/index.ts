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
export {
  carriedFormats,
  counterpartOf,
  type Format,
  isBaseline,
  isEvent,
  isLaw,
  keyOf,
  parameterOf,
  sameFormat,
  type WebKind,
} from './web-formats.ts'
export { formatsForPhone, plainMedium, refusedMedium, type Terms } from './web-plain.ts'
export { printWeb, type WebEnd, type WebLine } from './web-print.ts'
export { readWeb, type WebFault, type WebMedium, type WebSaid, type WebSetup } from './web-read.ts'
