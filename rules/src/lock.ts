/**
 * The lock of a rule file: orders of variables found for it, so that compiling it again is quick. `fridge.lock.json` lies beside
 * `fridge.yaml`, is written by `rules check` and belongs into version control. It decides nothing
 * about products: over one order the bytes are always the same, and a lock that does not fit is adapted or left aside.
 *
 * One entry per set of rules: intervals between change dates that have the same rules share it.
 */
import { createHash } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import * as z from 'zod'
import { effectiveIntervals, holdsAt } from './compile.ts'
import type { Problem, ProductModel } from './model.ts'

const lockShape = z.strictObject({
  lock: z.literal(1),
  orders: z.array(z.strictObject({ hash: z.string(), order: z.array(z.string()) })),
})
type Lock = z.infer<typeof lockShape>

/** `fridge.yaml` -> `fridge.lock.json` */
export const lockFileOf = (file: string): string => `${file.replace(/\.ya?ml$/, '')}.lock.json`

/**
 * Names what an order is found for: options with their numbers of values, rules and price terms in force on a day. Texts, prices
 * of values, parts and tests may change without making a lock stale. Pure.
 */
function hashOf(model: ProductModel, at: string | undefined): string {
  const day = at ?? model.effective.from
  const inForce = [...model.rules, ...model.prices].filter(({ effective }) => holdsAt(effective, day))
  const hash = createHash('sha256')
  hash.update(JSON.stringify(model.options.map(({ id, values }) => [id, values.length])))
  for (const part of inForce)
    hash.update(
      JSON.stringify(
        'formula' in part ? [part.id, part.formula, part.lazy === true] : [part.id, part.alternatives],
      ),
    )
  return hash.digest('hex')
}

export interface KnownOrder {
  readonly order?: readonly string[]
  /** An order for other rules than those of this day: of an earlier version of the file, it says where to look. */
  readonly near?: readonly string[]
  /** Why there is a lock but no order for this day. */
  readonly warning?: Problem
}

const leftAside = (file: string, why: string): Problem => ({
  file: lockFileOf(file),
  line: 1,
  column: 1,
  message: `${why}, so this lock is left aside; rules check ${basename(file)} writes it again`,
})

/** The warning about an order that the compiler could not use. Pure. */
export const unfitOrder = (file: string): Problem =>
  leftAside(file, 'an order does not name the variables of the rules')

/** The lock, or what is wrong with it. */
function parse(text: string): Lock | string {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return 'it is no JSON'
  }
  const read = lockShape.safeParse(json)
  if (read.success) return read.data
  const [issue] = read.error.issues
  return `${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'wrong shape'}`
}

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The order that the lock beside a rule file knows for a day. Never fails: what is wrong with the lock is a warning. */
export function knownOrder(model: ProductModel, file: string, at: string | undefined): KnownOrder {
  const text = textOf(lockFileOf(file))
  if (text === undefined) return {}
  const lock = parse(text)
  if (typeof lock === 'string') return { warning: leftAside(file, lock) }
  const hash = hashOf(model, at)
  const found = lock.orders.find((each) => each.hash === hash)
  if (!found) {
    const near = lock.orders.at(-1)?.order
    return { warning: leftAside(file, 'the rules have changed since it was written'), ...(near && { near }) }
  }
  return { order: found.order }
}

/** The text of a lock: for every set of rules of the model the order that `orderOn` gives for a day (`undefined`: none). */
export function lockText(
  model: ProductModel,
  orderOn: (day: string | undefined) => readonly string[] | undefined,
): string {
  const orders = new Map<string, readonly string[]>()
  for (const { from, until } of effectiveIntervals(model)) {
    const day = from ?? until
    const hash = hashOf(model, day)
    if (orders.has(hash)) continue
    const order = orderOn(day)
    if (order) orders.set(hash, order)
  }
  const lock: Lock = {
    lock: 1,
    orders: [...orders].map(([hash, order]) => ({ hash, order: [...order] })),
  }
  return `${JSON.stringify(lock, undefined, 1)}\n`
}

/** Writes a lock unless it is there already; `false` where the folder cannot be written. Whole or not at all. */
export function writeLock(file: string, text: string): boolean {
  const path = lockFileOf(file)
  if (textOf(path) === text) return true
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, path)
    return true
  } catch {
    rmSync(temporary, { force: true })
    return false
  }
}
