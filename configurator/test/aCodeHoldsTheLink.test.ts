import { encode } from 'uqr'
import { expect, test } from 'vitest'
import { qrOf } from '../src/ui/keeping/qr.ts'

const link =
  'https://lot-one.example/shop/fridge-atelier-590#d=w2p16l.wzc.d0D4cCjzd54Cu_JlSVoXENw9yk4vnyoXQgrI'

test('the picture has exactly the dark modules of the code, and four light ones around it', () => {
  const { size, path } = qrOf(link)
  const dark = new Set([...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`))
  const plain = encode(link, { ecc: 'M', boostEcc: true, border: 0 })
  expect(size).toBe(plain.size + 8)
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      expect(dark.has(`${x} ${y}`), `${x} ${y}`).toBe(plain.data[y - 4]?.[x - 4] ?? false)
})

test('a design of every option still fits into a code with modules large enough for a screen', () => {
  const longest = `${link}${'x'.repeat(80)}`
  expect(encode(longest, { ecc: 'M', border: 0 }).version).toBeLessThanOrEqual(10)
})
