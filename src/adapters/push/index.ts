export { createPush, type Push, type PushMessage, type PushPorts, type PushPost } from './push.ts'
