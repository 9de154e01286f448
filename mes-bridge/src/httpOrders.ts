/** `/api/orders`: take an order, show it, stream it, change it, cancel it. */
import { BuildOrder, ChangeRequest, fold, newOrderView } from '@lot-one/rules'
import type { OrderAnswer } from '@lot-one/rules'
import type { Request, Response } from 'express'
import { differences, finishedOrder, frozenBy } from './frozen.ts'
import { languageOf, sendProblem, sendUnavailable } from './httpAnswers.ts'
import type { Routes } from './httpRoutes.ts'
import { judgeChange, judgeOrder, picturesOf } from './intake.ts'
import type { Refusal } from './intake.ts'
import type { StoredOrder, Unavailable } from './journal.ts'
import type { OrderStream } from './orderStream.ts'
import { malformed, problem, shown } from './problems.ts'
import type { ProblemBody } from './problems.ts'
import type { Finished, Frozen } from './production.ts'
import { bearerToken, bodyDigest, parseBody, sameToken } from './requests.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** Streams of one process; more would starve the lines of file handles. */
const maxStreams = 10_000

export function orderRoutes(
  { route, journal, catalog, production, now, randomBytes, jsonBody, log, orders, streams }: Routes,
  orderStream: OrderStream,
): void {
  route('/api/orders', { post: [...jsonBody, takeOrder] })
  route('/api/orders/:orderId', { get: [showOrder], patch: [...jsonBody, changeOrder] })
  route('/api/orders/:orderId/events', { get: [streamOrder] })
  route('/api/orders/:orderId/cancel', { post: [cancelOrder] })

  async function takeOrder(request: Request, response: Response): Promise<void> {
    const refuse = (body: ProblemBody) => {
      orders.inc({ outcome: body.type.slice('/problems/'.length) })
      sendProblem(response, body)
    }
    const parsed = parseBody(BuildOrder, request.body)
    if (!parsed.ok) return refuse(malformed(parsed.errors))
    const order = parsed.value
    const digest = bodyDigest(order)
    const entry = catalog.onSale().find(({ product }) => product.package.id === order.productId)
    const judged =
      entry === undefined
        ? undefined
        : judgeOrder(entry.product, order, languageOf(request, entry.product), now())

    if (judged?.outcome !== 'fits') {
      // the same order may have been accepted before the rules, the price or the range changed: then it stands
      const known = await journal.find(order.orderId, digest)
      if (known?.outcome === 'known') return answer(response, 200, known.order)
      if (known?.outcome === 'reused') return refuse(reused(order.orderId))
      if (judged !== undefined) return refuse(refusal(judged, order.expectedPriceCents))
      const onSale = catalog.onSale().map(({ product }) => product.package.id)
      const message = `is not on sale; on sale: ${onSale.join(', ')}`
      return refuse(malformed([{ path: 'productId', message, value: shown(order.productId) }]))
    }

    const names = picturesOf(entry!.product, judged.snapshot.texts)
    if (names.length > 0) {
      const claimed = await journal.pictures.claim(order.orderId, names)
      if (claimed.outcome === 'unavailable') return refuseUnavailable(response, order.orderId, claimed.reason)
      const [sha256] = claimed.missing
      if (sha256 !== undefined)
        return refuse(
          problem(
            'picture-missing',
            `The picture ${sha256} was not sent. Send it with PUT /api/pictures/${sha256}, then this order again`,
            { sha256 },
          ),
        )
    }

    const written = await journal.accept({
      snapshot: judged.snapshot,
      bodyDigest: digest,
      trackingToken: randomBytes(18).toString('base64url'),
      customer: order.customer,
    })
    if (written.outcome === 'reused') return refuse(reused(order.orderId))
    if (written.outcome === 'unavailable') return refuseUnavailable(response, order.orderId, written.reason)
    answer(response, written.outcome === 'accepted' ? 201 : 200, written.order)
  }

  function refuseUnavailable(response: Response, orderId: string, reason: string): void {
    orders.inc({ outcome: 'unavailable' })
    log.warn({ orderId, reason }, 'An order could not be stored')
    sendUnavailable(response, reason)
  }

  /** The answer to a repeated post is that to the first: the order as it was accepted, whatever has happened since. */
  function answer(response: Response, status: 200 | 201, { snapshot, trackingToken }: StoredOrder): void {
    orders.inc({ outcome: status === 201 ? 'accepted' : 'known' })
    const { orderId, orderedAt: at } = snapshot
    const order = fold(newOrderView(snapshot), { orderId, seq: 1, at, state: 'accepted', kind: 'accepted' })
    response
      .status(status)
      .set('location', `/api/orders/${orderId}`)
      .set('cache-control', 'no-store')
      .json({ orderId, trackingToken, order } satisfies OrderAnswer)
  }

  /** Finds the order a token may see; anything else is answered as an unknown order. */
  async function authorised(request: Request, response: Response): Promise<StoredOrder | undefined> {
    const orderId = (request.params['orderId'] as string).toLowerCase()
    const token = bearerToken(request, request.query)
    const order = token !== undefined && uuid.test(orderId) ? await journal.order(orderId) : undefined
    if (order !== undefined && sameToken(token, order.trackingToken)) return order
    const missing =
      token === undefined ? ' Send its token: "Authorization: Bearer TRACKING_TOKEN" or ?token=' : ''
    sendProblem(response, problem('not-found', `There is no order with this id and token.${missing}`))
    return undefined
  }

  async function showOrder(request: Request, response: Response): Promise<void> {
    const order = await authorised(request, response)
    if (order !== undefined) response.set('cache-control', 'no-store').json(order.view)
  }

  async function streamOrder(request: Request, response: Response): Promise<void> {
    const resume = request.get('last-event-id') ?? request.query['after'] ?? '0'
    const after = typeof resume === 'string' && /^\d{1,9}$/.test(resume) ? Number(resume) : undefined
    const order = await authorised(request, response)
    if (order === undefined) return
    if (after === undefined) {
      const message = 'must be the id of an event of this order, a whole number'
      return sendProblem(response, malformed([{ path: 'Last-Event-ID', message, value: shown(resume) }]))
    }
    if (request.method === 'HEAD') return void response.type('text/event-stream').end()
    if (streams.size >= maxStreams)
      return sendUnavailable(response, `${streams.size} shoppers are watching already`)
    // an id beyond the last event is none of ours (another order's): start over, events at or before it change nothing
    orderStream.watch(order.snapshot.orderId, after > order.view.seq ? 0 : after, response)
  }

  async function cancelOrder(request: Request, response: Response): Promise<void> {
    const order = await authorised(request, response)
    if (order === undefined) return
    if (order.view.state === 'cancelling' || order.view.state === 'cancelled')
      return void response.json(order.view)
    const wish =
      finishedOrder(order.view) ??
      frozenBy(order.view, 'all') ??
      (await production.requestCancel(order.snapshot.orderId))
    if (wish.outcome !== 'requested') return refuseWish(response, wish, 'cancelled')
    response.json((await journal.order(order.snapshot.orderId))?.view)
  }

  async function changeOrder(request: Request, response: Response): Promise<void> {
    const order = await authorised(request, response)
    if (order === undefined) return
    const parsed = parseBody(ChangeRequest, request.body)
    if (!parsed.ok) return sendProblem(response, malformed(parsed.errors))
    // A repetition of what was granted is granted, also when the unit is ready by now.
    const { selection: ordered } = order.view.order
    if (Object.entries(parsed.value.selection).every(([option, value]) => ordered[option] === value))
      return void response.json(order.view)
    const over = finishedOrder(order.view)
    if (over !== undefined) return refuseWish(response, over, 'changed')
    const { orderId, rulesHash } = order.snapshot
    const entry = await catalog.byHash(rulesHash)
    if (entry === undefined) throw new Error(`The rules ${rulesHash} of order ${orderId} were not kept`)
    const judged = judgeChange(
      entry.product,
      order.view,
      parsed.value.selection,
      languageOf(request, entry.product),
    )
    if (judged.outcome !== 'fits') return sendProblem(response, refusal(judged, order.view.order.priceCents))
    const { selection, priceCents } = judged
    const changed = differences(order.view.order.selection, selection)
    if (changed.size > 0) {
      const wish =
        frozenBy(order.view, changed) ?? (await production.requestChange(orderId, { selection, priceCents }))
      if (wish.outcome !== 'changed') return refuseWish(response, wish, 'changed')
    }
    response.json((await journal.order(orderId))?.view)
  }
}

function reused(orderId: string): ProblemBody {
  return problem(
    'order-id-reused',
    `Order ${orderId} was accepted with another body. Make a new id for a new order`,
    { orderId },
  )
}

function refusal(refused: Refusal, expectedPriceCents: number): ProblemBody {
  switch (refused.outcome) {
    case 'malformed':
      return malformed(refused.errors)
    case 'notBuildable': {
      const { conflicts, repairs } = refused
      return problem('not-buildable', conflicts.map((conflict) => conflict.because).join(' '), {
        conflicts,
        repairs,
      })
    }
    case 'incomplete': {
      const { open } = refused
      return problem('incomplete', `Still to choose: ${open.map((each) => each.option).join(', ')}`, { open })
    }
    case 'priceChanged': {
      const { priceCents, currency } = refused
      const detail = `The price is ${priceCents} ${currency} (minor units), the request expected ${expectedPriceCents}`
      return problem('price-changed', detail, { priceCents, expectedPriceCents, currency })
    }
    case 'rulesChanged':
      return problem('rules-changed', `The rules in force are ${refused.rulesHash}. Load the product again`, {
        rulesHash: refused.rulesHash,
      })
  }
}

function refuseWish(
  response: Response,
  wish: Frozen | Finished | Unavailable,
  what: 'cancelled' | 'changed',
): void {
  if (wish.outcome === 'unavailable') return sendUnavailable(response, wish.reason)
  if (wish.outcome === 'finished') {
    return sendProblem(
      response,
      problem('finished', `The order is ${wish.state} and can no longer be ${what}`, { state: wish.state }),
    )
  }
  const { station, since, options } = wish
  sendProblem(
    response,
    problem('frozen', `Station ${station} has worked on it since ${since}; it can no longer be ${what}`, {
      station,
      since,
      options,
    }),
  )
}
