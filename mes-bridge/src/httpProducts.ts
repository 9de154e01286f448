/** `/api/products`: what is on sale, the compiled machine for the page, and the same check for everyone without a page. */
import { gzipSync } from 'node:zlib'
import { CheckRequest } from '@lot-one/rules'
import type { Product } from '@lot-one/rules'
import type { Request, Response } from 'express'
import type { CatalogEntry } from './catalog.ts'
import { languageOf, sendProblem } from './httpAnswers.ts'
import type { Routes } from './httpRoutes.ts'
import { readQuestion, tell } from './intake.ts'
import { malformed, problem, shown } from './problems.ts'
import { parseBody } from './requests.ts'

/** A package as bytes, made once per rules hash. */
interface Prepared {
  readonly plain: Buffer
  readonly gzip: Buffer
}

export function productRoutes({ route, catalog, jsonBody }: Routes): void {
  const prepared = new WeakMap<Product, Prepared>()

  route('/api/products', {
    get: [
      (_request, response) => {
        response.set('cache-control', 'no-cache').json(
          catalog.onSale().map(({ product: { package: p, ...product } }) => ({
            id: p.id,
            title: p.title,
            rulesHash: p.rulesHash,
            currency: p.currency,
            fromPriceCents: p.fromPriceCents,
            options: p.options.length,
            designs: String(product.count({ context: {}, selection: {} })),
          })),
        )
      },
    ],
  })

  route('/api/products/:id', {
    get: [
      async (request, response) => {
        const { rulesHash } = request.query
        const entry =
          rulesHash === undefined ? find(request, response) : await findPast(request, response, rulesHash)
        if (entry === undefined) return
        const { product } = entry
        // rules that are named never change; those in force may at any moment
        const lasts = rulesHash === undefined ? 'no-cache' : 'public, max-age=31536000, immutable'
        response.set('cache-control', lasts)
        response.set('etag', `"${product.package.rulesHash}"`)
        response.vary('accept-encoding')
        if (matches(request.get('if-none-match'), product.package.rulesHash))
          return void response.status(304).end()
        const bytes = prepared.get(product) ?? prepare(product)
        prepared.set(product, bytes)
        response.type('application/json')
        if (request.acceptsEncodings('gzip') === false) response.send(bytes.plain)
        else response.set('content-encoding', 'gzip').send(bytes.gzip)
      },
    ],
  })

  route('/api/products/:id/check', {
    post: [
      ...jsonBody,
      (request, response) => {
        const entry = find(request, response)
        if (entry === undefined) return
        const { product } = entry
        const body = parseBody(CheckRequest, request.body)
        if (!body.ok) return sendProblem(response, malformed(body.errors))
        const { question, errors } = readQuestion(product, {
          context: body.value.context ?? {},
          selection: body.value.selection,
        })
        if (errors.length > 0) return sendProblem(response, malformed(errors))
        const language = languageOf(request, product)
        const { conflicts, count, ...rest } = product.check(question)
        response.json({
          ...rest,
          count: String(count),
          conflicts: conflicts.map((conflict) => tell(product, conflict, question, language)),
        })
      },
    ],
  })

  /** The product as its orders know it: under the rules they were placed with, whether it is still on sale or not. */
  async function findPast(
    request: Request,
    response: Response,
    rulesHash: unknown,
  ): Promise<CatalogEntry | undefined> {
    const id = request.params['id'] as string
    const entry =
      typeof rulesHash === 'string' && rulesHash.length <= 100 ? await catalog.byHash(rulesHash) : undefined
    if (entry?.product.package.id === id) return entry
    const detail = `There are no rules "${shown(rulesHash)}" of product "${id.slice(0, 100)}"; without rulesHash you get those in force`
    sendProblem(response, problem('not-found', detail))
    return undefined
  }

  function find(request: Request, response: Response): CatalogEntry | undefined {
    const id = request.params['id'] as string
    const entry = catalog.onSale().find(({ product }) => product.package.id === id)
    if (entry === undefined) {
      const onSale = catalog.onSale().map(({ product }) => product.package.id)
      sendProblem(
        response,
        problem('not-found', `There is no product "${id.slice(0, 100)}"; on sale: ${onSale.join(', ')}`),
      )
    }
    return entry
  }
}

/** RFC 9110 §13.1.2: a list of tags, weakly compared; a request that asks past caches may still be answered "unchanged". */
function matches(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.split(',').some((each) => ['*', `"${tag}"`].includes(each.trim().replace(/^W\//, '')))
}

function prepare(product: Product): Prepared {
  const plain = Buffer.from(JSON.stringify(product.package))
  return { plain, gzip: gzipSync(plain, { level: 9 }) }
}
