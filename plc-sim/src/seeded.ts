import { createHash } from 'node:crypto'

/** Gives the SHA-256 of the parts as lower case hex; the same parts always give the same digest. */
export function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\u0000')).digest('hex')
}

/** Gives a number in [0, 1) that depends on the parts alone. */
export function seededUnit(...parts: readonly string[]): number {
  return Number.parseInt(digest(...parts).slice(0, 12), 16) / 2 ** 48
}

/** Gives a serial or lot number such as `U-4F0C91A27B`, the same for the same parts. */
export function seededNumber(prefix: string, ...parts: readonly string[]): string {
  return `${prefix}-${digest(...parts)
    .slice(0, 10)
    .toUpperCase()}`
}
