export { describedMedia, echoingMedia } from './media.ts'
export { houseParty } from './party.ts'
