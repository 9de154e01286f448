/** The ReturnStatus of job order methods (OPC 10031-4 annex B.2): a bit map, several bits may be set at once. */

const published: Readonly<Record<number, string>> = {
  0: 'NoError',
  1: 'UnknownJobOrder',
  2: 'InvalidCommand',
  3: 'InvalidJobOrderStatus',
  4: 'UnableToAccept',
  32: 'InvalidRequest',
}

/** Bits from 33 on belong to the implementation. These are agreed with lines of our own make and only hints elsewhere. */
const agreed: Readonly<Record<number, string>> = {
  33: 'DuplicateSameContent',
  34: 'DuplicateOtherContent',
  35: 'ListFull',
  36: 'NotCapable',
}

/** Bit positions the bridge decides on. */
export const Bit = {
  noError: 0,
  unknownJobOrder: 1,
  invalidState: 3,
  unableToAccept: 4,
  duplicateSameContent: 33,
  duplicateOtherContent: 34,
  listFull: 35,
  notCapable: 36,
} as const

/** A decoded ReturnStatus. `ok` says that the no-error bit stands alone; anything else wants a read-back before it is believed. */
export interface ReturnStatus {
  readonly ok: boolean
  readonly bits: readonly number[]
  readonly names: readonly string[]
}

const noError: ReturnStatus = { ok: true, bits: [Bit.noError], names: ['NoError'] }

/**
 * Decodes a ReturnStatus. Takes UInt64 as node-opcua gives it (`[high, low]`), a bigint or a number; anything else counts
 * as no bit set, because a line that answers nonsense has told us nothing.
 */
export function decodeReturnStatus(value: unknown): ReturnStatus {
  const map = toBigInt(value)
  if (map === 1n) return noError
  const bits: number[] = []
  for (let bit = 0; bit < 64; bit++) if ((map >> BigInt(bit)) & 1n) bits.push(bit)
  return {
    ok: false,
    bits,
    names: bits.map((bit) => published[bit] ?? agreed[bit] ?? `Bit${bit}`),
  }
}

function toBigInt(value: unknown): bigint {
  if (typeof value === 'bigint') return BigInt.asUintN(64, value)
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  if (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((half) => Number.isInteger(half) && half >= 0)
  ) {
    return (BigInt(value[0] as number) << 32n) | BigInt(value[1] as number)
  }
  return 0n
}
