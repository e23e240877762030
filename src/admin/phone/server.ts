import type { FastifyInstance } from 'fastify'
import type { Log } from '#lib/log'
import type { Listen } from '../ports.ts'
import { type AppServer, type Certificate, createApp, type ListenFault, listenAt } from '../rest/app.ts'
import { sendProblem } from '../rest/problems.ts'
import { limitCrowd } from './crowd.ts'
import type { Phone } from './mount.ts'

export type PhoneDoorPlan = {
  http: Listen[]
  https: Listen[]
  certificate?: Certificate
  log: Log
  /** Addresses without bounds of their own. */
  exempt?: (address: string) => boolean
}

export type PhoneServers = {
  servers: AppServer[]
  /** What could not be bound, and why. */
  missed: (ListenFault & { secure: boolean })[]
  close(): Promise<void>
}

/** Servers of the web phone alone. What cannot be bound is told, and the others stand. */
export const openPhoneServers = async (
  phone: Phone,
  { http, https, certificate, log, exempt = () => false }: PhoneDoorPlan,
): Promise<PhoneServers> => {
  const apps: FastifyInstance[] = []
  const servers: AppServer[] = []
  const missed: PhoneServers['missed'] = []
  const open = async (place: Listen, pem: Certificate | undefined): Promise<void> => {
    const app = createApp(log, pem)
    limitCrowd(app.server, exempt)
    app.setNotFoundHandler((_request, reply) => sendProblem(reply, 404, 'the phone is at /'))
    phone.mount(app, true)
    try {
      servers.push({ at: await listenAt(app, place), server: app.server, secure: pem !== undefined })
      apps.push(app)
    } catch (fault) {
      await app.close()
      missed.push({ ...(fault as ListenFault), secure: pem !== undefined })
    }
  }
  for (const place of http) await open(place, undefined)
  if (certificate) for (const place of https) await open(place, certificate)
  return {
    servers,
    missed,
    close: async () => void (await Promise.all(apps.map((app) => app.close()))),
  }
}
