export {
  createEmbeddedMedia,
  type EmbeddedMedia,
  type EmbeddedMediaPorts,
  type MediaListener,
} from './engine.ts'
export type { MediaFigures } from './figures.ts'
export { loadSrtpKit } from './kit.ts'
export { createPassedMedia } from './passed.ts'
export { createRtpengineMedia } from './rtpengine/engine.ts'
export { eventsBeside } from './rtpengine/keeping.ts'
export { type KeysSocket, openKeys } from './rtpengine/keys.ts'
