import { expect, test } from 'vitest'
import type { Asks } from '../src/bridge.ts'
import { openPictures } from '../src/session/pictures.ts'
import type { Shelf } from '../src/session/pictures.ts'

const bytes = new Uint8Array(100_001).map((_, i) => (i * 31) % 251)
const picture = new Blob([bytes], { type: 'image/jpeg' })
const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
const name = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** A shelf that lives as long as the test; `full` takes nothing. */
function shelf(full = false): Shelf & { readonly kept: Map<string, Blob> } {
  const kept = new Map<string, Blob>()
  return {
    kept,
    read: async (wanted) => kept.get(wanted),
    write: async (given, blob) => void (full || kept.set(given, blob)),
  }
}

function pictures(over: Shelf, answers: (path: string) => Response | Error = () => new Error('offline')) {
  const asked: string[] = []
  const put: { path: string; type: string; size: number }[] = []
  return {
    asked,
    put,
    ...openPictures({
      shelf: over,
      async fetch(input) {
        asked.push(input as string)
        const answer = answers(input as string)
        if (answer instanceof Error) throw answer
        return answer
      },
      ask: (async (path, _schema, init) => {
        const { type, size } = init!.body as Blob
        put.push({ path, type, size })
        return { kind: 'ok', value: {} }
      }) as Asks,
    }),
  }
}

test('a picture is kept by the name of its bytes, found again without the network, and sent only when asked', async () => {
  const own = shelf()
  const first = pictures(own)
  expect(await first.keep(picture)).toBe(name)
  expect([...own.kept.keys()]).toEqual([name])
  // after a reload
  const later = pictures(own)
  expect(await later.find(name)).toBe(picture)
  expect([...first.asked, ...first.put, ...later.asked, ...later.put]).toEqual([])
  await later.send(name)
  expect(later.put).toEqual([{ path: `/api/pictures/${name}`, type: 'image/jpeg', size: bytes.length }])
})

test('where nothing can be stored, it lasts as long as the page', async () => {
  const page = pictures(shelf(true))
  await page.keep(picture)
  expect(await page.find(name)).toBe(picture)
})

test('on another device an ordered picture comes from the bridge; one that never was is missing, and silence is not the same', async () => {
  const answers = { ok: () => new Response(picture), gone: () => new Response('', { status: 404 }) }
  const found = await pictures(shelf(), answers.ok).find(name)
  expect(new Uint8Array(await (found as Blob).arrayBuffer())).toEqual(bytes)
  expect(await pictures(shelf(), answers.gone).find(name)).toBe('missing')
  expect(await pictures(shelf(), () => new Response('', { status: 503 })).find(name)).toBe('unreachable')
  expect(await pictures(shelf()).find(name)).toBe('unreachable')
  const other = pictures(shelf())
  expect(await other.send(name)).toEqual({ kind: 'ok', value: undefined })
  expect(other.put).toEqual([])
})
