/** Cuts links and kills processes at marked moments that the seed chooses. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { LedgerRecord } from '../plc-sim/src/ledgerRecord.ts'
import { cutKinds } from './wavesProxy.ts'
import type { CutKind } from './wavesProxy.ts'
import type { Part, Stack } from './wavesStack.ts'

/** Moments at which a process may be killed: what a shopper does, and what a line writes down. */
const marks = ['posting', 'accepted', 'event', 'stored', 'allowed', 'started', 'finished', 'removed'] as const
export type Mark = (typeof marks)[number]

type Trouble = { readonly at: number } & (
  | { readonly do: 'cut'; readonly line: number; readonly kind: CutKind }
  | { readonly do: 'kill'; readonly part: Part; readonly mark: Mark }
)

export interface Troubles {
  /** Something has happened; may kill. */
  mark(mark: Mark): void
  /** How far the run is, 0 to 1: troubles whose time has come are armed. */
  progress(done: number): void
  /** Some whose time has come have not happened yet: they wait for a moment, or for one another. */
  isBehind(): boolean
  readonly counts: { readonly cuts: number; readonly kills: Readonly<Record<Part, number>> }
  /** Waits for those under way; no new ones. */
  stop(): Promise<void>
}

/** Spreads so many cuts and kills over a run. */
export function planTroubles(
  stack: Stack,
  wanted: { readonly cuts: number; readonly kills: number },
  random: () => number,
  say: (text: string) => void,
): Troubles {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  // The last tenth is left in peace, so that every trouble has orders to trouble.
  const at = () => random() * 0.9
  const planned: Trouble[] = [
    ...Array.from({ length: wanted.cuts }, (): Trouble => {
      // A dead link takes ten seconds to be found out: a few are enough.
      const kind = random() < 0.05 ? 'dead' : pick(cutKinds.filter((each) => each !== 'dead'))
      return { at: at(), do: 'cut', line: Math.floor(random() * stack.proxies.length), kind }
    }),
    ...Array.from({ length: wanted.kills }, (_, n): Trouble => {
      return { at: at(), do: 'kill', part: n % 2 === 0 ? 'bridge' : 'sim', mark: pick(marks) }
    }),
  ].sort((a, b) => a.at - b.at)
  const counts = { cuts: 0, kills: { bridge: 0, sim: 0 } }
  const armed: (Trouble & { do: 'kill' })[] = []
  const underWay = new Set<Promise<unknown>>()
  const busy = new Set<number>()
  const isKilled = new Set<Part>()
  let isOver = false
  let reached = 0

  function run(work: Promise<unknown>): void {
    const done = work
      .catch((error: Error) => say(error.message))
      .finally(() => {
        underWay.delete(done)
      })
    underWay.add(done)
  }

  /** One at a time for each process and each link, or they would pile up while it comes back; false: later. */
  function begin(trouble: Trouble): boolean {
    if (trouble.do === 'kill') {
      if (isKilled.has(trouble.part) || armed.some(({ part }) => part === trouble.part)) return false
      armed.push(trouble)
      return true
    }
    const { line, kind } = trouble
    if (busy.has(line)) return false
    busy.add(line)
    run(
      stack.proxies[line]!.fail(kind)
        .then(() => void counts.cuts++)
        .finally(() => busy.delete(line)),
    )
    return true
  }

  return {
    counts,
    mark(mark) {
      const index = armed.findIndex((trouble) => trouble.mark === mark && !isKilled.has(trouble.part))
      if (isOver || index < 0) return
      const [{ part }] = armed.splice(index, 1) as [Trouble & { do: 'kill' }]
      isKilled.add(part)
      counts.kills[part]++
      run(stack.kill(part).finally(() => isKilled.delete(part)))
    },
    isBehind: () => !isOver && (armed.length > 0 || (planned[0]?.at ?? 1) <= reached),
    progress(done) {
      reached = done
      for (let n = 0; !isOver && planned[n] && planned[n]!.at <= done;)
        if (begin(planned[n]!)) planned.splice(n, 1)
        else n++
    },
    async stop() {
      isOver = true
      // A cut that still waits for its message will never come.
      await Promise.race([Promise.all(underWay), new Promise((resolve) => setTimeout(resolve, 15_000))])
    },
  }
}

/** Reads what a line appends to its ledger, again and again. */
export function followLedger(file: string, onRecord: (record: LedgerRecord) => void): () => void {
  let fd: number | undefined
  let at = 0
  let rest = ''
  const look = (): void => {
    try {
      fd ??= openSync(file, 'r')
      const size = fstatSync(fd).size - at
      if (size <= 0) return
      const buffer = Buffer.alloc(size)
      at += readSync(fd, buffer, 0, size, at)
      const lines = (rest + buffer.toString('utf8')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onRecord(JSON.parse(line) as LedgerRecord)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  const timer = setInterval(look, 25)
  return () => {
    clearInterval(timer)
    if (fd !== undefined) closeSync(fd)
  }
}
