/**
 * Shoppers' own pictures, by the SHA-256 of their bytes. One is sent before the order that names it; the order claims it in a
 * commit of its own before it is accepted, so whichever of the two is cut short, no accepted order lacks its picture and no
 * picture outlives its day without an order.
 */
import { sql } from 'kysely'
import type { CompiledQuery, Kysely } from 'kysely'
import type { Unavailable } from './journal.ts'
import type { Tables } from './journalTables.ts'

export interface Picture {
  /** Of the bytes, small hexadecimal digits. */
  readonly sha256: string
  readonly type: string
  readonly bytes: Buffer
}

/** Every call may be repeated: it then changes nothing more. */
export interface Pictures {
  /** Keeps a picture for a day, or for as long as there is an order that names it. */
  keep(picture: Picture): Promise<{ readonly outcome: 'kept' } | Unavailable>
  /** Binds pictures to an order that is about to be accepted; says which of them are not there. */
  claim(
    orderId: string,
    sha256s: readonly string[],
  ): Promise<{ readonly outcome: 'claimed'; readonly missing: readonly string[] } | Unavailable>
  /** A picture that an accepted order names; one that nobody has ordered is nobody's to see. @throws JournalUnavailable */
  ordered(sha256: string): Promise<Picture | undefined>
  /** Forgets the pictures that had their day and no order came. */
  tidy(): Promise<{ readonly outcome: 'tidied'; readonly removed: number } | Unavailable>
}

/** How long a picture without an order is kept. */
const keptMs = 24 * 60 * 60 * 1000
/** Bytes that pictures without an order may take together: whoever sends pictures and never orders fills no disk. */
const waitingRoom = 1024 ** 3

export interface PicturesParts {
  readonly db: Kysely<Tables>
  readonly now: () => Date
  /** One transaction; gives the rows of each query, or why the world refused. */
  readonly run: (
    queries: readonly CompiledQuery[],
  ) => Promise<{ readonly rows: readonly (readonly unknown[])[] } | Unavailable>
  readonly read: <T>(query: () => Promise<T>) => Promise<T>
}

/** Makes the shelf of pictures over a journal's database. */
export function createPictures({ db, now, run, read }: PicturesParts): Pictures {
  const hasOrder = sql<boolean>`exists (
    select 1 from order_pictures inner join orders on orders.order_id = order_pictures.order_id
    where order_pictures.sha256 = pictures.sha256)`

  /** What was ordered since the last time stops counting as waiting. */
  const settle = () =>
    db.updateTable('pictures').set({ ordered: 1 }).where('ordered', '=', 0).where(hasOrder).compile()

  return {
    async keep({ sha256, type, bytes }) {
      const waiting = db
        .selectFrom('pictures')
        .select(sql<number | string>`coalesce(sum(size), 0)`.as('size'))
        .where('ordered', '=', 0)
        .where('sha256', '<>', sha256)
      const looked = await run([settle(), waiting.compile()])
      if (!('rows' in looked)) return looked
      const [{ size } = { size: 0 }] = looked.rows[1] as readonly { size: number | string }[]
      if (Number(size) + bytes.length > waitingRoom)
        return { outcome: 'unavailable', reason: 'too many pictures wait for their orders' }
      const row = {
        sha256,
        type,
        size: bytes.length,
        kept_at: now().toISOString(),
        ordered: 0,
        base64: bytes.toString('base64'),
      }
      const written = await run([
        db
          .insertInto('pictures')
          .values(row)
          .onConflict((c) => c.column('sha256').doUpdateSet({ kept_at: row.kept_at }))
          .compile(),
      ])
      return 'rows' in written ? { outcome: 'kept' } : written
    },

    async claim(orderId, sha256s) {
      const written = await run([
        // another day for them: none can be tidied away between this commit and the order's
        db
          .updateTable('pictures')
          .set({ kept_at: now().toISOString() })
          .where('sha256', 'in', sha256s)
          .returning('sha256')
          .compile(),
        db
          .insertInto('order_pictures')
          .columns(['sha256', 'order_id'])
          .expression((eb) =>
            eb
              .selectFrom('pictures')
              .select(['sha256', eb.val(orderId).as('order_id')])
              .where('sha256', 'in', sha256s),
          )
          .onConflict((c) => c.doNothing())
          .compile(),
      ])
      if (!('rows' in written)) return written
      const found = new Set((written.rows[0] as readonly { sha256: string }[]).map((row) => row.sha256))
      return { outcome: 'claimed', missing: sha256s.filter((sha256) => !found.has(sha256)) }
    },

    ordered: (sha256) =>
      read(async () => {
        const row = await db
          .selectFrom('pictures')
          .select(['type', 'base64'])
          .where('sha256', '=', sha256)
          .where(hasOrder)
          .executeTakeFirst()
        return row && { sha256, type: row.type, bytes: Buffer.from(row.base64, 'base64') }
      }),

    async tidy() {
      const before = new Date(now().getTime() - keptMs).toISOString()
      const written = await run([
        settle(),
        db
          .deleteFrom('pictures')
          .where('ordered', '=', 0)
          .where('kept_at', '<', before)
          .where(sql<boolean>`not ${hasOrder}`)
          .returning('sha256')
          .compile(),
        db
          .deleteFrom('order_pictures')
          .where('sha256', 'not in', db.selectFrom('pictures').select('sha256'))
          .compile(),
      ])
      return 'rows' in written ? { outcome: 'tidied', removed: written.rows[1]!.length } : written
    },
  }
}
