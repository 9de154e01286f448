/**
 * What the bridges on one database share besides orders: leases (who owns which line), the bridges that are alive, what the
 * owners report about their lines, and what is asked of an owner by a bridge that is none.
 *
 * A lease belongs to one bridge until a moment of the database's clock; its epoch goes up whenever it changes hands. The epoch
 * is the fencing token: order writes name it and are refused once it has moved on (`Guard`). All leases and times are the
 * database's, so that bridges with wrong clocks agree.
 */
import { sql } from 'kysely'
import type { CompiledQuery, Kysely, RawBuilder } from 'kysely'
import type { Unavailable } from './journal.ts'
import type { Engine, Tables } from './journalTables.ts'

/** A lease as it was given: good for writes until its epoch moves on. */
export interface Fence {
  readonly lease: string
  readonly epoch: number
}

export interface LeaseSeen extends Fence {
  /** Absent: nobody has it. */
  readonly owner?: string
  /** What is left of it by the database's clock; 0 or less: anybody may take it. */
  readonly leftMs: number
}

export interface BridgeSeen {
  readonly bridge: string
  readonly lines: readonly string[]
}

/** Something to do for the owner of a lease, asked by another bridge. */
export interface Ask {
  readonly askId: string
  readonly lease: string
  /** JSON text. */
  readonly body: string
}

/** What a bridge learns when it says that it is alive. */
export interface Beat {
  /** Leases that were renewed; one that is missing belongs to somebody else now. */
  readonly renewed: readonly Fence[]
  readonly leases: readonly LeaseSeen[]
  /** Bridges that are alive, this one too, and the lines each can work. */
  readonly bridges: readonly BridgeSeen[]
  /** Not answered and not too old, of the leases renewed; oldest first. */
  readonly asks: readonly Ask[]
  /** Newest version of each line's report. */
  readonly reports: ReadonlyMap<string, number>
  /** Lines that staff hold. */
  readonly heldLines: readonly string[]
}

/** An owner's word about its line. */
export interface Report {
  readonly lineId: string
  readonly bridge: string
  readonly version: number
  /** JSON text. */
  readonly report: string
}

/** Every call but `onNews` may be answered `unavailable`; asking again is safe. */
export interface Bridges {
  /** This process alone uses the journal (its folder is locked): leases need no renewal and are nobody else's. */
  readonly alone: boolean
  /** Says that a bridge is alive for `ttlMs` more, renews its leases for as long and reads what the others said. */
  beat(me: BridgeSeen, held: readonly Fence[], ttlMs: number): Promise<Beat | Unavailable>
  /** Takes a lease that is free or has ended. Waits for writes its last owner has under way. */
  claim(
    bridge: string,
    lease: string,
    ttlMs: number,
  ): Promise<
    { readonly outcome: 'claimed'; readonly fence: Fence } | { readonly outcome: 'taken' } | Unavailable
  >
  /** Gives leases back at once; nothing can be written under them any more. */
  release(fences: readonly Fence[]): Promise<{ readonly outcome: 'released' } | Unavailable>
  /** A bridge ends: it counts no longer. */
  leave(bridge: string): Promise<{ readonly outcome: 'left' } | Unavailable>
  /** Tells the other bridges about a line; ignored once the lease has moved on. */
  report(fence: Fence, bridge: string, report: string): Promise<{ readonly outcome: 'told' } | Unavailable>
  reports(lineIds: readonly string[]): Promise<readonly Report[] | Unavailable>
  /** Leaves something to do for a lease's owner, until `ttlMs` from now. */
  ask(ask: Ask, ttlMs: number): Promise<{ readonly outcome: 'asked' } | Unavailable>
  answer(askId: string, answer: string): Promise<{ readonly outcome: 'answered' } | Unavailable>
  /** The answer, JSON text, or undefined while there is none. */
  answerTo(askId: string): Promise<{ readonly answer: string | undefined } | Unavailable>
  /** Remembers that a person trusts a line's certificate, for every bridge. */
  trust(lineId: string, fingerprint: string): Promise<{ readonly outcome: 'recorded' } | Unavailable>
  isTrusted(lineId: string, fingerprint: string): Promise<{ readonly trusted: boolean } | Unavailable>
  /** Calls back when another bridge has left something to read; a beat now and then covers what gets lost. */
  onNews(listener: () => void): () => void
}

export interface BridgesParts {
  readonly db: Kysely<Tables>
  readonly engine: Engine
  /** One transaction; gives the rows of each query, or why the world refused. */
  readonly run: (
    queries: readonly CompiledQuery[],
  ) => Promise<{ readonly rows: readonly (readonly unknown[])[] } | Unavailable>
  /** Wakes the other bridges. */
  readonly tell: () => void
}

/** Answers and asks that nobody came for are forgotten this long after their time. */
const keptMs = 60_000

/** Makes the shared desk over a journal's database; `heard` is called when another bridge wakes this one. */
export function createBridges({ db, engine, run, tell }: BridgesParts): Bridges & { heard(): void } {
  const listeners = new Set<() => void>()
  const alone = engine === 'sqlite'
  /** The database's clock, epoch ms. */
  const clock: RawBuilder<number> =
    engine === 'sqlite'
      ? sql`(julianday('now') - 2440587.5) * 86400000.0`
      : sql`(extract(epoch from clock_timestamp()) * 1000)::double precision`
  const inMs = (ms: number): RawBuilder<number> => sql`${clock} + ${sql.lit(ms)}`
  /** Numbers as literals: PostgreSQL cannot tell the type of a parameter that is added to something. */
  const whole = (n: number): RawBuilder<number> => sql.lit(Math.trunc(n))

  async function just<T extends string>(outcome: T, news: boolean, ...queries: readonly CompiledQuery[]) {
    const answer = await run(queries)
    if ('outcome' in answer) return answer
    if (news) tell()
    return { outcome }
  }

  function sameFences(fences: readonly Fence[]): RawBuilder<boolean> {
    if (fences.length === 0) return sql<boolean>`1 = 0`
    return sql<boolean>`(${sql.join(
      fences.map(({ lease, epoch }) => sql`(lease_id = ${lease} and epoch = ${whole(epoch)})`),
      sql` or `,
    )})`
  }

  return {
    alone,

    async beat({ bridge, lines }, held, ttlMs) {
      const answer = await run([
        sql`update leases set until_ms = ${inMs(ttlMs)} where ${sameFences(held)} returning lease_id, epoch`.compile(
          db,
        ),
        sql`insert into bridges (bridge, until_ms, lines) values (${bridge}, ${inMs(ttlMs)}, ${JSON.stringify(lines)})
          on conflict (bridge) do update set until_ms = excluded.until_ms, lines = excluded.lines`.compile(
          db,
        ),
        sql`select lease_id, owner, epoch, until_ms - ${clock} as left_ms from leases order by lease_id`.compile(
          db,
        ),
        sql`select bridge, lines from bridges where until_ms > ${clock} order by bridge`.compile(db),
        sql`select ask_id, lease_id, body from asks where answer is null and until_ms > ${clock} order by until_ms`.compile(
          db,
        ),
        sql`select line_id, version from line_reports`.compile(db),
        sql`select line_id from lines where held = 1`.compile(db),
        sql`delete from asks where until_ms < ${inMs(-keptMs)}`.compile(db),
        sql`delete from bridges where until_ms < ${inMs(-keptMs)}`.compile(db),
      ])
      if ('outcome' in answer) return answer
      const [renewed, , leases, bridges, asks, reports, heldLines] = answer.rows as [
        { lease_id: string; epoch: number }[],
        unknown[],
        { lease_id: string; owner: string | null; epoch: number; left_ms: number }[],
        { bridge: string; lines: string }[],
        { ask_id: string; lease_id: string; body: string }[],
        { line_id: string; version: number }[],
        { line_id: string }[],
      ]
      const mine = new Set(renewed.map(({ lease_id }) => lease_id))
      return {
        renewed: renewed.map(({ lease_id, epoch }) => ({ lease: lease_id, epoch })),
        leases: leases.map(({ lease_id, owner, epoch, left_ms }) => ({
          lease: lease_id,
          epoch,
          ...(owner !== null && { owner }),
          leftMs: owner === null ? 0 : left_ms,
        })),
        bridges: bridges.map((row) => ({ bridge: row.bridge, lines: JSON.parse(row.lines) as string[] })),
        asks: asks
          .filter(({ lease_id }) => mine.has(lease_id))
          .map(({ ask_id, lease_id, body }) => ({ askId: ask_id, lease: lease_id, body })),
        reports: new Map(reports.map(({ line_id, version }) => [line_id, version])),
        heldLines: heldLines.map((row) => row.line_id),
      }
    },

    async claim(bridge, lease, ttlMs) {
      // Taking the row for update waits for commits that read its epoch (journalCommit.ts); a plain update would not.
      const free = alone ? sql`1 = 1` : sql`(owner is null or until_ms < ${clock})`
      const locked = alone ? sql`` : sql`for update`
      const answer = await run([
        sql`insert into leases (lease_id, owner, epoch, until_ms) values (${lease}, null, 0, 0)
          on conflict (lease_id) do nothing`.compile(db),
        sql`select epoch from leases where lease_id = ${lease} and ${free} ${locked}`.compile(db),
        sql`update leases set owner = ${bridge}, epoch = epoch + 1, until_ms = ${inMs(ttlMs)}
          where lease_id = ${lease} and ${free} returning epoch`.compile(db),
      ])
      if ('outcome' in answer) return answer
      const [row] = answer.rows[2] as { epoch: number }[]
      if (row === undefined) return { outcome: 'taken' }
      tell()
      return { outcome: 'claimed', fence: { lease, epoch: row.epoch } }
    },

    release: (fences) =>
      just(
        'released',
        true,
        sql`update leases set owner = null, epoch = epoch + 1, until_ms = 0 where ${sameFences(fences)}`.compile(
          db,
        ),
      ),

    leave: (bridge) => just('left', true, db.deleteFrom('bridges').where('bridge', '=', bridge).compile()),

    report: ({ lease, epoch }, bridge, report) =>
      just(
        'told',
        true,
        sql`insert into line_reports (line_id, bridge, epoch, version, report)
          select lease_id, ${bridge}, epoch, 1, ${report} from leases where lease_id = ${lease} and epoch = ${whole(epoch)}
          on conflict (line_id) do update
          set bridge = excluded.bridge, epoch = excluded.epoch, version = line_reports.version + 1, report = excluded.report`.compile(
          db,
        ),
      ),

    async reports(lineIds) {
      if (lineIds.length === 0) return []
      const answer = await run([
        db
          .selectFrom('line_reports')
          .select(['line_id', 'bridge', 'version', 'report'])
          .where('line_id', 'in', lineIds)
          .compile(),
      ])
      if ('outcome' in answer) return answer
      return (answer.rows[0] as Tables['line_reports'][]).map(({ line_id, bridge, version, report }) => ({
        lineId: line_id,
        bridge,
        version,
        report,
      }))
    },

    ask: ({ askId, lease, body }, ttlMs) =>
      just(
        'asked',
        true,
        sql`insert into asks (ask_id, lease_id, body, until_ms, answer)
          values (${askId}, ${lease}, ${body}, ${inMs(ttlMs)}, null) on conflict (ask_id) do nothing`.compile(
          db,
        ),
      ),

    answer: (askId, answer) =>
      just(
        'answered',
        true,
        db
          .updateTable('asks')
          .set({ answer })
          .where('ask_id', '=', askId)
          .where('answer', 'is', null)
          .compile(),
      ),

    async answerTo(askId) {
      const answer = await run([db.selectFrom('asks').select('answer').where('ask_id', '=', askId).compile()])
      if ('outcome' in answer) return answer
      return { answer: (answer.rows[0]?.[0] as { answer: string | null } | undefined)?.answer ?? undefined }
    },

    trust: (lineId, fingerprint) =>
      just(
        'recorded',
        false,
        db
          .insertInto('trusted_certificates')
          .values({ line_id: lineId, fingerprint })
          .onConflict((c) => c.doNothing())
          .compile(),
      ),

    async isTrusted(lineId, fingerprint) {
      const answer = await run([
        db
          .selectFrom('trusted_certificates')
          .select('line_id')
          .where('line_id', '=', lineId)
          .where('fingerprint', '=', fingerprint)
          .compile(),
      ])
      return 'outcome' in answer ? answer : { trusted: (answer.rows[0]?.length ?? 0) > 0 }
    },

    onNews(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },

    heard() {
      for (const listener of listeners) listener()
    },
  }
}
