/**
 * Lets orders in only as fast as they can be answered. Without it a rush waits in sockets and queues until every shopper has
 * given up, and the work done for those who have gone is lost; with it some are told at once to come again, and whoever is let
 * in is answered soon.
 *
 * Who comes in waits for those who are in: as many as there are, at the pace at which they were answered lately.
 */

export interface Admission {
  /** Takes a place; or, when the wait would be too long, gives the seconds after which the rush in hand is over. */
  enter(): 'in' | { readonly retryAfterSeconds: number }
  /** Frees a place once its order is answered, whatever the answer. */
  leave(): void
}

export interface AdmissionOptions {
  /** Monotonic, ms. */
  readonly now: () => number
  /** Nobody is let in who would wait longer. */
  readonly longestWaitMs?: number
  /** So many are always let in: the pace is unknown at first, and means nothing while hardly anybody comes. */
  readonly atLeast?: number
}

/** The pace is taken over this much time with somebody in. */
const windowMs = 200

/** Makes an empty house. */
export function createAdmission({ now, longestWaitMs = 250, atLeast = 128 }: AdmissionOptions): Admission {
  let inside = 0
  let answered = 0
  /** Since when somebody has been in without a break, and how long that was before. */
  let since = 0
  let busyMs = 0
  let perMs: number | undefined

  function lookBack(at: number): void {
    const ms = busyMs + at - since
    if (ms < windowMs) return
    const seen = answered / ms
    perMs = perMs === undefined ? seen : (perMs + seen) / 2
    answered = 0
    busyMs = 0
    since = at
  }

  return {
    enter() {
      const at = now()
      if (inside === 0) since = at
      else lookBack(at)
      if (inside >= atLeast) {
        const waitMs = perMs ? inside / perMs : longestWaitMs + 1
        if (waitMs > longestWaitMs) return { retryAfterSeconds: Math.min(60, Math.ceil(waitMs / 1_000)) }
      }
      inside++
      return 'in'
    },
    leave() {
      const at = now()
      inside--
      answered++
      if (inside === 0) busyMs += at - since
    },
  }
}
