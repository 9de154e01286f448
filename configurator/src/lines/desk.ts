/**
 * The line desk without React or DOM: opens with the staff token, follows all lines live, passes on what staff decide. Everything
 * that arrives is parsed; what the world may recover from comes back as a value.
 */
import { AuditView, DryRun, LineView } from '@lot-one/rules'
import * as z from 'zod/mini'
import { asking, eventStreamReader } from '../bridge.ts'
import type { Answer, World } from '../bridge.ts'

export interface DeskView {
  /** `locked`: a token is wanted · `opening`: it is being checked · `open`. */
  readonly phase: 'locked' | 'opening' | 'open'
  /** Why the last token did not open the desk. */
  readonly refused: 'wrong' | 'unanswered' | undefined
  readonly lines: readonly LineView[]
  /** Events flow; otherwise what is shown is as old as `heardAtMs`. */
  readonly isLive: boolean
  /** When the bridge was last heard, Unix ms; 0: never. */
  readonly heardAtMs: number
}

/** Where the token is kept between reloads of one tab. */
export interface TokenKeeper {
  read(): string | null
  write(token: string | null): void
}

export interface Desk {
  subscribe(listener: () => void): () => void
  getSnapshot(): DeskView
  unlock(token: string): Promise<void>
  lock(): void
  hold(lineId: string, held: boolean): Promise<Answer<LineView>>
  trust(lineId: string, sha256: string): Promise<Answer<LineView>>
  answer(lineId: string, jobOrderId: string, built: boolean): Promise<Answer<LineView>>
  /** The latest entries of the record, or those before a position. */
  audit(lineId: string, before?: number): Promise<Answer<AuditView[]>>
  dryRun(lineId: string, orderId: string): Promise<Answer<DryRun>>
  /** Connects at once: the page woke up or the network is back. */
  wake(): void
  close(): void
}

/** Two heartbeats of the bridge and a little. */
const silentAfterMs = 35_000
const longestPauseMs = 10_000

/** Makes the desk; opens at once with a token that was kept. */
export function openDesk(world: World, keeper: TokenKeeper): Desk {
  const listeners = new Set<() => void>()
  let token = ''
  let stream: AbortController | undefined
  let cancelRetry = () => {}
  let pauses = 0
  let view: DeskView = { phase: 'locked', refused: undefined, lines: [], isLive: false, heardAtMs: 0 }

  function show(change: Partial<DeskView>): void {
    view = { ...view, ...change }
    for (const listener of listeners) listener()
  }

  function see(line: LineView): void {
    const known = view.lines.some(({ id }) => id === line.id)
    const lines = known
      ? view.lines.map((each) => (each.id === line.id ? line : each))
      : [...view.lines, line]
    show({ lines })
  }

  const asks = asking(world, '/api/lines')
  const ask = <T extends z.ZodMiniType>(
    path: string,
    schema: T,
    { headers, ...init }: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ) => asks(path, schema, { ...init, headers: { ...headers, authorization: `Bearer ${token}` } })

  async function tell(lineId: string, action: string, body?: object): Promise<Answer<LineView>> {
    const answer = await ask(`/${encodeURIComponent(lineId)}/${action}`, LineView, {
      method: 'POST',
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (answer.kind === 'ok') see(answer.value)
    return answer
  }

  async function follow(): Promise<void> {
    cancelRetry()
    stream?.abort()
    const mine = new AbortController()
    stream = mine
    let cancelSilence = () => {}
    const heard = () => {
      cancelSilence()
      cancelSilence = world.later(() => mine.abort(), silentAfterMs)
    }
    heard()
    try {
      const response = await world.fetch('/api/lines/events', {
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
        cache: 'no-store',
        signal: mine.signal,
      })
      if (response.status === 401) return lock('wrong')
      if (!response.ok || !response.body) throw new Error(`the stream answered ${response.status}`)
      pauses = 0
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      const feed = eventStreamReader((data) => {
        const line = z.safeParse(LineView, JSON.parse(data))
        if (line.success) see(line.data)
        else console.error('Unexpected line', data, line.error)
      })
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        heard()
        feed(value)
        show({ isLive: true, heardAtMs: world.now() })
      }
    } catch {
      // offline, restarted or asleep: all lines come again with the next stream
    } finally {
      cancelSilence()
    }
    if (stream !== mine) return
    show({ isLive: false })
    cancelRetry = world.later(() => void follow(), Math.min(longestPauseMs, 500 * 2 ** pauses++))
  }

  function lock(refused?: DeskView['refused']): void {
    cancelRetry()
    stream?.abort()
    stream = undefined
    token = ''
    keeper.write(null)
    show({ phase: 'locked', refused, lines: [], isLive: false })
  }

  async function unlock(given: string): Promise<void> {
    token = given
    show({ phase: 'opening', refused: undefined })
    const answer = await ask('', z.array(LineView))
    if (answer.kind === 'refused') return lock('wrong')
    if (answer.kind === 'unanswered') return show({ phase: 'locked', refused: 'unanswered' })
    keeper.write(given)
    show({ phase: 'open', lines: answer.value, heardAtMs: world.now() })
    void follow()
  }

  const kept = keeper.read()
  if (kept) void unlock(kept)
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => view,
    unlock,
    lock: () => lock(),
    hold: (lineId, held) => tell(lineId, held ? 'hold' : 'resume'),
    trust: (lineId, sha256) => tell(lineId, 'trust', { sha256 }),
    answer: (lineId, jobOrderId, built) => tell(lineId, 'answer', { jobOrderId, built }),
    audit: (lineId, before) =>
      ask(
        `/${encodeURIComponent(lineId)}/audit${before === undefined ? '' : `?before=${before}`}`,
        z.array(AuditView),
      ),
    dryRun: (lineId, orderId) =>
      ask(`/${encodeURIComponent(lineId)}/dry-run/${encodeURIComponent(orderId)}`, DryRun),
    wake() {
      if (view.phase !== 'open' || (view.isLive && world.now() - view.heardAtMs < silentAfterMs / 2)) return
      pauses = 0
      void follow()
    },
    close() {
      cancelRetry()
      stream?.abort()
      stream = undefined
      listeners.clear()
    },
  }
}
