// A client of the remote API as the manual's section 6.3 describes its sample program: server and message as arguments.
import { WebSocket } from 'ws'

const [server, ...messages] = process.argv.slice(2)
const socket = new WebSocket(`ws://${server}/`, { headers: { origin: 'Test' } })
let left = messages.length
socket.on('open', () => {
  for (const message of messages) socket.send(message)
})
socket.on('message', (data) => {
  process.stdout.write(`${JSON.stringify(JSON.parse(data.toString()), null, 2)}\n`)
  if (--left === 0) socket.close()
})
socket.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
