/**
 * Wishes that reach any bridge and are carried out by the one that has the order or the line in hand: by ourselves, or left in
 * the journal for the owner, who answers there. Everything asked is safe to ask twice.
 */
import type { Unavailable } from './journal.ts'
import { JournalUnavailable } from './journal.ts'
import type { Ask, Bridges } from './journalBridges.ts'
import type { Leases } from './leases.ts'
import type { Log } from './line.ts'
import type { Production } from './production.ts'

/** What can be asked of an owner: plain data in, plain data out. The first argument says whose it is. */
export type Wish = 'requestCancel' | 'requestChange' | 'holdLine' | 'trustLine' | 'answerDoubt' | 'preview'

export type Wishes = Pick<Production, Wish>

export interface OwnersDeskParts {
  readonly bridges: Bridges
  readonly bridge: string
  readonly leases: Pick<Leases, 'holds'>
  readonly log: Log
  readonly monotonicMs: () => number
  /** Carries out what is in our own hands. */
  readonly local: Wishes
  /** Lease under which a wish about this order or line is carried out; undefined: nobody's, we can say so ourselves. */
  readonly leaseOf: (wish: Wish, id: string) => Promise<string | undefined>
}

export interface OwnersDesk {
  readonly wishes: Wishes
  /** Asks of other bridges, to be carried out by us. */
  heard(asks: readonly Ask[]): void
  /** Resolves when what was asked of us is answered. */
  stop(): Promise<void>
}

/** Long enough for a line to be taken over from a bridge that is gone. */
const patienceMs = 9_000
const lookAgainMs = 250

interface Moved {
  readonly outcome: 'moved'
}
type Answer = Awaited<ReturnType<Wishes[Wish]>>

/** Makes the desk of one bridge. */
export function createOwnersDesk(parts: OwnersDeskParts): OwnersDesk {
  const { bridges, bridge, leases, log, monotonicMs, local, leaseOf } = parts
  const underWay = new Map<string, Promise<void>>()
  let asked = 0

  async function wish(what: Wish, args: readonly unknown[]): Promise<Answer> {
    const until = monotonicMs() + patienceMs
    for (;;) {
      const lease = bridges.alone ? undefined : await leaseOf(what, String(args[0]))
      if (lease === undefined || leases.holds(lease)) return carryOut(what, args)
      const answer = await askOwner(lease, what, args, until)
      if (answer !== undefined && answer.outcome !== 'moved') return answer
      if (monotonicMs() >= until) return noAnswer
      await pause()
    }
  }

  function carryOut(what: Wish, args: readonly unknown[]): Promise<Answer> {
    return (local[what] as (...all: readonly unknown[]) => Promise<Answer>)(...args)
  }

  async function askOwner(
    lease: string,
    wanted: Wish,
    args: readonly unknown[],
    until: number,
  ): Promise<Answer | Moved | undefined> {
    const askId = `${bridge}/${++asked}`
    const left = await bridges.ask(
      { askId, lease, body: JSON.stringify({ wanted, args }) },
      Math.max(0, until - monotonicMs()),
    )
    if (left.outcome === 'unavailable') return left
    let wake = (): void => {}
    const leave = bridges.onNews(() => wake())
    try {
      while (monotonicMs() < until) {
        const found = await bridges.answerTo(askId)
        if ('answer' in found && found.answer !== undefined) return JSON.parse(found.answer) as Answer | Moved
        // we may have become the owner ourselves
        if (leases.holds(lease)) return { outcome: 'moved' }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, lookAgainMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      return undefined
    } finally {
      leave()
    }
  }

  async function answer({ askId, body }: Ask): Promise<void> {
    const { wanted, args } = JSON.parse(body) as { wanted: Wish; args: readonly unknown[] }
    let result: Answer | Moved
    try {
      const lease = await leaseOf(wanted, String(args[0]))
      result =
        lease !== undefined && !leases.holds(lease) ? { outcome: 'moved' } : await carryOut(wanted, args)
    } catch (error) {
      if (!(error instanceof JournalUnavailable)) throw error
      result = { outcome: 'unavailable', reason: error.message }
    }
    const text = JSON.stringify(result)
    while ((await bridges.answer(askId, text)).outcome === 'unavailable') await pause()
  }

  return {
    wishes: {
      requestCancel: (...args) => wish('requestCancel', args) as ReturnType<Wishes['requestCancel']>,
      requestChange: (...args) => wish('requestChange', args) as ReturnType<Wishes['requestChange']>,
      holdLine: (...args) => wish('holdLine', args) as ReturnType<Wishes['holdLine']>,
      trustLine: (...args) => wish('trustLine', args) as ReturnType<Wishes['trustLine']>,
      answerDoubt: (...args) => wish('answerDoubt', args) as ReturnType<Wishes['answerDoubt']>,
      preview: (...args) => wish('preview', args) as ReturnType<Wishes['preview']>,
    },
    heard(asks) {
      for (const ask of asks) {
        if (underWay.has(ask.askId)) continue
        const work = answer(ask)
          .catch((error: unknown) => log.error({ err: error }, `a wish of another bridge: ${String(error)}`))
          .finally(() => underWay.delete(ask.askId))
        underWay.set(ask.askId, work)
      }
    },
    async stop() {
      await Promise.all(underWay.values())
    },
  }
}

const noAnswer: Unavailable = {
  outcome: 'unavailable',
  reason: 'the bridge that has it in hand does not answer; try again shortly',
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, lookAgainMs))
