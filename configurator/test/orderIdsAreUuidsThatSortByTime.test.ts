import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { uuidV7 } from '../src/session/uuid.ts'

const random = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes)

test('the example of RFC 9562 appendix A.6', () => {
  const bits = [0, 0, 0, 0, 0, 0, 0xc, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]
  const id = uuidV7(0x017f22e279b0, (bytes) => bytes.set(bits))
  expect(id).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
})

test('ids are version 7 UUIDs for anyone who checks, all different, and later ones sort later', () => {
  const ids = Array.from({ length: 2_000 }, (_, i) => uuidV7(1_700_000_000_000 + i * 61, random))
  for (const id of ids) expect(z.uuidv7().safeParse(id).success, id).toBe(true)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.toSorted()).toEqual(ids)
})
