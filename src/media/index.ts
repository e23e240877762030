export {
  createEmbeddedMedia,
  type EmbeddedMedia,
  type EmbeddedMediaPorts,
  type MediaFigures,
  type MediaListener,
} from './engine.ts'
export { loadSrtpKit } from './kit.ts'
export { createPassedMedia } from './passed.ts'
export { createRtpengineMedia } from './rtpengine/engine.ts'
