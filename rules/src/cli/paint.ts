/** Text for people: tables, money, colours only on a terminal. */
import { styleText } from 'node:util'

const isTerminal = process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
  isTerminal ? styleText(format, text) : text

export const good = style('green')
export const bad = style('red')
export const careful = style('yellow')
export const faint = style('dim')
export const strong = style('bold')

/** Longer numbers are told by their size: nobody reads two hundred digits. */
const mostDigits = 36

/** `114,988,847,160`; `about 5.427 x 10^217` where all the digits would fill lines. */
export function grouped(count: bigint | number): string {
  const digits = count.toString()
  if (digits.length > mostDigits) return `about ${digits[0]}.${digits.slice(1, 4)} x 10^${digits.length - 1}`
  return digits.replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** `a, b, c and 17 more` of a list that would fill lines. */
export const enumerated = (of: readonly string[], most = 12): string =>
  of.length <= most + 1
    ? of.join(', ')
    : `${of.slice(0, most).join(', ')} and ${grouped(of.length - most)} more`

/** The first of many lines, and how many more there are. */
export const first = (most: number, lines: readonly string[], what: string): string[] =>
  lines.length <= most + 1
    ? [...lines]
    : [
        ...lines.slice(0, most),
        faint(`  … and ${grouped(lines.length - most)} more ${what} (all of them with --json)`),
      ]

/** `1,199.00 EUR` from integer minor units; signed when asked for. */
export function money(cents: number, currency: string, signed = false): string {
  const text = `${grouped(Math.floor(Math.abs(cents) / 100))}.${String(Math.abs(cents) % 100).padStart(2, '0')} ${currency}`
  return `${cents < 0 ? '-' : signed ? '+' : ''}${text}`
}

/** `one value` / `2 values` */
export const plural = (count: number, noun: string): string =>
  `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`

/** Columns padded to their widest cell; the last one is left as it is. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)),
    [],
  )
  return rows
    .map((row) =>
      `  ${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join('  ')}`.trimEnd(),
    )
    .join('\n')
}

/** `a = 1, b = x` */
export const listed = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .map(([option, value]) => `${option} = ${String(value)}`)
    .join(', ')
