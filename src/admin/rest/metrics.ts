import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Metrics } from '../metrics/metrics.ts'
import { type Admission, admit } from './admit.ts'

/**
 * For Prometheus, outside /api/v1 where scrapers look for it. Who asks from this very machine needs no key; through a
 * proxy on it everybody would be that, so whoever was passed on needs one.
 */
export const mountMetrics = (
  app: FastifyInstance,
  application: Admission & { metrics: { metrics: Metrics; open: boolean } },
): void => {
  const { metrics, open } = application.metrics
  app.get('/metrics', {
    onRequest: (request, reply, done) => {
      if (open || isLocal(request) || admit(application, 'metrics:read', request, reply)) done()
    },
    handler: async (_request, reply) => {
      const text = await metrics.text()
      return reply.type(metrics.contentType).send(text)
    },
  })
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/

const isLocal = ({ ip, headers }: FastifyRequest): boolean =>
  LOOPBACK.test(ip) &&
  headers['x-forwarded-for'] === undefined &&
  headers.forwarded === undefined &&
  headers['x-real-ip'] === undefined &&
  headers.via === undefined
