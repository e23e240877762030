import type { FastifyInstance } from 'fastify'
import { mountPhoneApi } from './api.ts'
import { mountBook } from './book/route.ts'
import { openSite } from './files.ts'
import { mountGuests } from './guests/routes.ts'
import type { PhonePorts } from './ports.ts'
import { mountSite } from './site.ts'
import { mountSounds } from './sounds/routes.ts'
import { createReadMarks, type ReadMarks } from './texts.ts'

const WAV = ['audio/wav', 'audio/wave', 'audio/x-wav', 'audio/vnd.wave']

/** The web phone as any of our HTTP servers can carry it. */
export type Phone = {
  /** `whole`: a server of its own, with the page at `/` too; else under /phone/ beside what else is there. */
  mount(app: FastifyInstance, whole: boolean): void
}

export const createPhone = async (ports: PhonePorts): Promise<Phone> => {
  const marks: ReadMarks = await createReadMarks(ports.store, () => ports.clock.wallMs())
  const files = await openSite(ports.folder, ports.clock)
  return {
    mount: (app, whole) => {
      mountPhoneApi(app, ports, marks)
      mountBook(app, ports)
      void app.register((room, _options, done) => {
        room.addContentTypeParser(WAV, { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body))
        mountSounds(room, ports)
        done()
      })
      mountGuests(app, files, ports)
      mountSite(app, whole ? ['/', '/phone/'] : ['/phone/'], files, ports)
    },
  }
}
