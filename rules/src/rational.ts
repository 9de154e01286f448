/**
 * Exact numbers: every value, bound and price factor of a rule file is a fraction of two integers, so that no rule
 * ever depends on rounding (`0.1 + 0.2 == 0.3` holds, `7 / 2` is 3.5).
 */

/** A fraction in lowest terms; `d` is positive. */
export interface Rational {
  readonly n: bigint
  readonly d: bigint
}

const gcd = (a: bigint, b: bigint): bigint => {
  let x = a < 0n ? -a : a
  let y = b < 0n ? -b : b
  while (y) [x, y] = [y, x % y]
  return x
}

/** Makes `n / d` in lowest terms. @throws RangeError when `d` is 0 (a bug: divisors are checked at load). */
function fraction(n: bigint, d: bigint): Rational {
  if (d === 0n) throw new RangeError('division by zero')
  if (d === 1n) return { n, d }
  const divisor = gcd(n, d) || 1n
  return d < 0n ? { n: -n / divisor, d: -d / divisor } : { n: n / divisor, d: d / divisor }
}

const decimal = /^([-+]?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d{1,3}))?$/

/** Reads a decimal number exactly; `undefined` when the text is none (or is absurdly long). */
export function parseRational(text: string): Rational | undefined {
  const match = decimal.exec(text)
  if (!match || text.length > 60) return undefined
  const [, sign, whole = '', part = '', exponent = '0'] = match
  const digits = BigInt(whole + part) * (sign === '-' ? -1n : 1n)
  const shift = Number(exponent) - part.length
  return shift >= 0 ? fraction(digits * 10n ** BigInt(shift), 1n) : fraction(digits, 10n ** BigInt(-shift))
}

/** The exact fraction a finite JavaScript number is written as (0.1 is 1/10, not the double behind it). */
export function rational(value: number): Rational {
  const exact = Number.isSafeInteger(value) ? { n: BigInt(value), d: 1n } : parseRational(String(value))
  if (!exact) throw new RangeError(`${value} is not a number rules can hold`)
  return exact
}

const safe = BigInt(Number.MAX_SAFE_INTEGER)

/** The nearest JavaScript number; exact for integers up to 2^53 and for short decimals. */
export function toNumber({ n, d }: Rational): number {
  if (d === 1n) return Number(n)
  const small = d <= safe && n <= safe && n >= -safe
  return small ? Number(n) / Number(d) : Number(`${(n * 10n ** 40n) / d}e-40`)
}

/** Whether {@link toNumber} loses nothing. */
export function isExactNumber(value: Rational): boolean {
  const near = toNumber(value)
  if (!Number.isFinite(near)) return false
  const back = parseRational(String(near))
  return back !== undefined && compare(back, value) === 0
}

export const add = (a: Rational, b: Rational): Rational => fraction(a.n * b.d + b.n * a.d, a.d * b.d)
export const subtract = (a: Rational, b: Rational): Rational => fraction(a.n * b.d - b.n * a.d, a.d * b.d)
export const multiply = (a: Rational, b: Rational): Rational => fraction(a.n * b.n, a.d * b.d)
export const divide = (a: Rational, b: Rational): Rational => fraction(a.n * b.d, a.d * b.n)
export const negate = (a: Rational): Rational => ({ n: -a.n, d: a.d })
/** What is left after taking `b` away as often as it fits whole; has the sign of `a`. */
export const remainder = (a: Rational, b: Rational): Rational =>
  fraction((a.n * b.d) % (b.n * a.d), a.d * b.d)

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.n * b.d - b.n * a.d
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Whether the value is a whole number. */
export const isWhole = (value: Rational): boolean => value.d === 1n

/** The smallest number that makes all of them whole when multiplied with it. */
export function commonDenominator(values: Iterable<Rational>): bigint {
  let common = 1n
  for (const { d } of values) common = (common * d) / gcd(common, d)
  return common
}

/** Largest whole number not above the value. */
export const floor = ({ n, d }: Rational): bigint => (n >= 0n || n % d === 0n ? n / d : n / d - 1n)
/** Smallest whole number not below the value. */
export const ceil = (value: Rational): bigint => -floor(negate(value))
