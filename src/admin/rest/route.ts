import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Scope } from '../contract.ts'
import type { Schema, ShapeName } from './schemas.ts'

/** One operation: the server is built from a table of these and the OpenAPI document is written from it. */
export type Route = {
  method: 'GET' | 'POST'
  /** Below /api/v1; `{name}` is a parameter. */
  path: string
  summary: string
  /** What the caller must be allowed; `session`: any authenticated caller; absent: open to all. */
  scope?: Scope | 'session'
  query?: Schema
  /** Header fields of the request, by name. */
  headers?: Record<string, Schema>
  body?: ShapeName
  reply?: ShapeName
  /** Statuses with that reply; 200 alone, where nothing is said. */
  statuses?: readonly number[]
  /** The answer is no JSON document but a stream of this type. */
  stream?: string
  problems: readonly number[]
  handle(request: FastifyRequest, reply: FastifyReply): unknown
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Name of the API key, or user of the session; empty where nobody had to show one. */
    caller: string
  }
}
