/** The API as OpenAPI 3.1, made from the schemas that check the requests, so that it cannot say anything else. */
import * as z from 'zod'
import {
  answers,
  anyObject,
  body,
  bodyProblems,
  json,
  orderId,
  path,
  picture,
  ref,
  schemas,
  sha256,
  staff,
  stream,
  tracking,
} from './openapiParts.ts'

/** Gives the document; the same at every call. */
export function openApi(): object {
  const components = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' }),
    ]),
  )
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lot One bridge',
      version: '0.1.0',
      description:
        'Order a configured appliance and watch it being made. Every problem is RFC 9457 `application/problem+json`; `type` is the path of a page that explains it.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: {
      '/api/products': {
        get: {
          summary: 'What is on sale',
          responses: answers({
            200: {
              description: 'Products with their cheapest price (minor units) and number of options',
              content: json({
                type: 'array',
                items: {
                  type: 'object',
                  required: ['id', 'title', 'rulesHash', 'currency', 'fromPriceCents', 'options', 'designs'],
                  properties: {
                    id: { type: 'string' },
                    title: { type: 'object', additionalProperties: { type: 'string' } },
                    rulesHash: { type: 'string' },
                    currency: { type: 'string' },
                    fromPriceCents: { type: 'integer' },
                    options: { type: 'integer' },
                    designs: {
                      type: 'string',
                      pattern: '^\\d+$',
                      description: 'Exact number of designs that can be built, over all countries',
                    },
                  },
                },
              }),
            },
          }),
        },
      },
      '/api/products/{id}': {
        get: {
          summary: 'Texts, options, steps and the compiled rule machine; the ETag is the rules hash',
          parameters: [
            path('id', 'Product id'),
            {
              name: 'rulesHash',
              in: 'query',
              description: 'The package under the rules of an order; absent: under those in force',
              schema: { type: 'string' },
            },
          ],
          responses: answers(
            {
              200: { description: 'The package', content: json(anyObject) },
              304: { description: 'Unchanged' },
            },
            'not-found',
          ),
        },
      },
      '/api/products/{id}/check': {
        post: {
          summary: 'Everything the rules say about a selection',
          parameters: [path('id', 'Product id')],
          requestBody: body('CheckRequest'),
          responses: answers(
            { 200: { description: 'The answer', content: json(anyObject) } },
            ...bodyProblems,
            'not-found',
          ),
        },
      },
      '/api/orders': {
        post: {
          summary: 'Place an order; sending the same body again is the same order',
          requestBody: body('BuildOrder'),
          responses: answers(
            {
              201: { description: 'Accepted and durable', content: json(ref('OrderAnswer')) },
              200: {
                description: 'Accepted before; the same content as then',
                content: json(ref('OrderAnswer')),
              },
            },
            ...bodyProblems,
            'order-id-reused',
            'price-changed',
            'rules-changed',
            'not-buildable',
            'incomplete',
            'picture-missing',
            'unavailable',
          ),
        },
      },
      '/api/pictures/{sha256}': {
        put: {
          summary:
            'Leave a shopper’s own picture before the order whose text names it; without an order it is kept for a day',
          parameters: [sha256],
          requestBody: { required: true, content: picture },
          responses: answers(
            { 200: { description: 'Kept; sending it again changes nothing', content: json(anyObject) } },
            ...bodyProblems,
            'picture-refused',
            'unavailable',
          ),
        },
        get: {
          summary: 'A picture that was ordered',
          parameters: [sha256],
          responses: answers(
            { 200: { description: 'The picture; it never changes', content: picture } },
            'not-found',
            'unavailable',
          ),
        },
      },
      '/api/orders/{orderId}': {
        get: {
          summary: 'The order as it stands',
          parameters: [orderId],
          security: tracking,
          responses: answers(
            { 200: { description: 'The order', content: json(ref('OrderView')) } },
            'not-found',
            'unavailable',
          ),
        },
        patch: {
          summary: 'Change choices no station has consumed yet; choices not named stay',
          parameters: [orderId],
          security: tracking,
          requestBody: body('ChangeRequest'),
          responses: answers(
            { 200: { description: 'Changed', content: json(ref('OrderView')) } },
            ...bodyProblems,
            'not-found',
            'frozen',
            'finished',
            'not-buildable',
            'incomplete',
            'unavailable',
          ),
        },
      },
      '/api/orders/{orderId}/events': {
        get: {
          summary: 'The order, live: Server-Sent Events; `id` is the event’s sequence',
          parameters: [
            orderId,
            {
              name: 'Last-Event-ID',
              in: 'header',
              description: 'Continue after this event',
              schema: { type: 'integer' },
            },
            {
              name: 'after',
              in: 'query',
              description: 'The same, for who can send no header',
              schema: { type: 'integer' },
            },
          ],
          security: tracking,
          responses: answers(
            { 200: { description: 'Events', content: stream(ref('OrderEvent')) } },
            'malformed',
            'not-found',
            'unavailable',
          ),
        },
      },
      '/api/orders/{orderId}/cancel': {
        post: {
          summary: 'Cancel while no station has started',
          parameters: [orderId],
          security: tracking,
          responses: answers(
            { 200: { description: 'Requested; the lines decide', content: json(ref('OrderView')) } },
            'not-found',
            'frozen',
            'finished',
            'unavailable',
          ),
        },
      },
      '/api/lines': {
        get: {
          summary: 'Lines, links, queues, jobs',
          security: staff,
          responses: answers(
            { 200: { description: 'Lines', content: json({ type: 'array', items: ref('LineView') }) } },
            'unauthorized',
          ),
        },
      },
      '/api/lines/events': {
        get: {
          summary: 'All lines first, then each that changes',
          security: staff,
          responses: answers(
            { 200: { description: 'Line views', content: stream(ref('LineView')) } },
            'unauthorized',
          ),
        },
      },
      ...Object.fromEntries(
        [
          ['hold', 'Give a line nothing new; what runs goes on'],
          ['resume', 'Let a held line go on'],
        ].map(([action, summary]) => [
          `/api/lines/{id}/${action}`,
          {
            post: {
              summary,
              parameters: [path('id', 'Line id')],
              security: staff,
              responses: answers(
                { 200: { description: 'The line', content: json(ref('LineView')) } },
                'unauthorized',
                'not-found',
                'unavailable',
              ),
            },
          },
        ]),
      ),
      '/api/lines/{id}/trust': {
        post: {
          summary:
            'Trust the certificate the line shows, if it is the one that was looked at; connects at once',
          parameters: [path('id', 'Line id')],
          security: staff,
          requestBody: body('TrustRequest'),
          responses: answers(
            { 200: { description: 'The line', content: json(ref('LineView')) } },
            ...bodyProblems,
            'unauthorized',
            'not-found',
            'certificate-changed',
            'unavailable',
          ),
        },
      },
      '/api/lines/{id}/answer': {
        post: {
          summary: 'What a person found at the station about a job order in doubt',
          parameters: [path('id', 'Line id')],
          security: staff,
          requestBody: body('DoubtAnswer'),
          responses: answers(
            { 200: { description: 'The line', content: json(ref('LineView')) } },
            ...bodyProblems,
            'unauthorized',
            'not-found',
            'not-in-doubt',
            'unavailable',
          ),
        },
      },
      '/api/lines/{id}/audit': {
        get: {
          summary: 'The record of what was done to a line, newest first, 50 at a time',
          parameters: [
            path('id', 'Line id'),
            {
              name: 'before',
              in: 'query',
              description: 'Only entries before this position',
              schema: { type: 'integer' },
            },
          ],
          security: staff,
          responses: answers(
            { 200: { description: 'Entries', content: json({ type: 'array', items: ref('AuditView') }) } },
            'malformed',
            'unauthorized',
            'not-found',
            'unavailable',
          ),
        },
      },
      '/api/lines/{id}/dry-run/{orderId}': {
        get: {
          summary:
            'What handing an order to a line would write, with the origin of every value; nothing is sent',
          parameters: [path('id', 'Line id'), orderId],
          security: staff,
          responses: answers(
            { 200: { description: 'Job orders as they would be written', content: json(ref('DryRun')) } },
            'unauthorized',
            'not-found',
            'unavailable',
          ),
        },
      },
      '/healthz': {
        get: {
          summary: 'Alive',
          responses: answers({ 200: { description: 'Alive', content: json(anyObject) } }),
        },
      },
      '/readyz': {
        get: {
          summary: 'Can take orders',
          responses: answers({ 200: { description: 'Ready', content: json(anyObject) } }, 'unavailable'),
        },
      },
      '/metrics': {
        get: {
          summary: 'Prometheus text',
          responses: answers({
            200: { description: 'Metrics', content: { 'text/plain': { schema: { type: 'string' } } } },
          }),
        },
      },
    },
    components: {
      schemas: components,
      securitySchemes: {
        trackingToken: { type: 'http', scheme: 'bearer', description: 'The order’s trackingToken' },
        trackingTokenInQuery: { type: 'apiKey', in: 'query', name: 'token' },
        staffToken: { type: 'http', scheme: 'bearer', description: 'Printed at the first start' },
      },
    },
  }
}
