import type { LineView } from '@lot-one/rules'
import { describe, expect, test, vi } from 'vitest'
import { openDesk } from '../src/lines/desk.ts'
import { loadDeskWords } from '../src/lines/words.ts'

const line = (id: string, queue = 0): LineView => ({
  id,
  endpoint: 'opc.tcp://127.0.0.1:4840',
  link: { state: 'online', since: '2026-11-21T22:00:00Z' },
  endpoints: [],
  held: false,
  stations: [],
  queue,
  orders: [],
  alarms: [],
})
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })
const problem = (status: number) => json({ type: '/problems/unauthorized', title: 'no', status }, status)

/** A bridge of the test: answers by path, a stream to write to, timers that run when told. */
function world(answers: Record<string, () => Response | Promise<Response>>) {
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined
  const asked: string[] = []
  const timers = new Set<() => void>()
  let kept: string | null = null
  const desk = (token: string | null = null) => {
    kept = token
    return openDesk(
      {
        async fetch(input, init) {
          const path = input as string
          asked.push(`${init?.method ?? 'GET'} ${path} ${new Headers(init?.headers).get('authorization')}`)
          if (path !== '/api/lines/events') return answers[path]!()
          return new Response(new ReadableStream({ start: (controller) => void (stream = controller) }))
        },
        isOnline: () => true,
        now: () => 1_000,
        later(act) {
          timers.add(act)
          return () => void timers.delete(act)
        },
      },
      { read: () => kept, write: (next) => void (kept = next) },
    )
  }
  return {
    desk,
    asked,
    kept: () => kept,
    say: (data: unknown) => stream!.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(data)}\n\n`)),
    cut: () => stream!.error(new Error('cut')),
    tick: () => {
      const due = [...timers]
      timers.clear()
      for (const act of due) act()
    },
    streams: () => asked.filter((each) => each.includes('events')).length,
  }
}

describe('the line desk', () => {
  test('stays locked with a wrong token and forgets it; an unanswered one is not called wrong', async () => {
    const refusing = world({ '/api/lines': () => problem(401) })
    const desk = refusing.desk('kept-from-before')
    await vi.waitFor(() => expect(desk.getSnapshot()).toMatchObject({ phase: 'locked', refused: 'wrong' }))
    expect(refusing.kept()).toBeNull()
    const silent = world({ '/api/lines': () => Promise.reject(new Error('no route')) })
    const other = silent.desk()
    await other.unlock('a-token')
    expect(other.getSnapshot()).toMatchObject({ phase: 'locked', refused: 'unanswered' })
  })

  test('shows what the stream says, says when it is cut, and comes back by itself', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const bridge = world({ '/api/lines': () => json([line('line-1')]) })
    const desk = bridge.desk()
    await desk.unlock('a-token')
    expect(bridge.kept()).toBe('a-token')
    await vi.waitFor(() => expect(bridge.streams()).toBe(1))
    bridge.say(line('line-1', 3))
    bridge.say({ id: 'no line at all' })
    bridge.say(line('line-2'))
    await vi.waitFor(() => expect(desk.getSnapshot().lines).toHaveLength(2))
    expect(desk.getSnapshot()).toMatchObject({ isLive: true, lines: [{ queue: 3 }, { id: 'line-2' }] })
    bridge.cut()
    await vi.waitFor(() => expect(desk.getSnapshot().isLive).toBe(false))
    expect(desk.getSnapshot().lines).toHaveLength(2)
    bridge.tick()
    await vi.waitFor(() => expect(bridge.streams()).toBe(2))
    desk.close()
  })

  test('sends the token in the header, never in an address, and gives refusals back as values', async () => {
    const bridge = world({
      '/api/lines': () => json([line('line-1')]),
      '/api/lines/line-1/trust': () =>
        json({ type: '/problems/certificate-changed', title: 'another one', status: 409 }, 409),
      '/api/lines/line-1/hold': () => json({ ...line('line-1'), held: true }),
      '/api/lines/line-1/audit': () => json([{ what: 'is this' }]),
    })
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const desk = bridge.desk()
    await desk.unlock('a-token')
    expect(await desk.trust('line-1', 'ab')).toMatchObject({ kind: 'refused', problem: { status: 409 } })
    expect(await desk.hold('line-1', true)).toMatchObject({ kind: 'ok' })
    expect(desk.getSnapshot().lines[0]?.held).toBe(true)
    expect(await desk.audit('line-1')).toEqual({ kind: 'unanswered', reason: 'busy' })
    expect(bridge.asked.every((each) => each.endsWith(' Bearer a-token'))).toBe(true)
    expect(bridge.asked.join()).not.toContain('?token')
    desk.lock()
    expect(bridge.kept()).toBeNull()
    expect(desk.getSnapshot()).toMatchObject({ phase: 'locked', lines: [] })
  })

  test('every language is whole and none is English in disguise', async () => {
    const shape = (texts: object, path = ''): string[] =>
      Object.entries(texts).flatMap(([key, value]) =>
        typeof value === 'object' ? shape(value as object, `${path}${key}.`) : [`${path}${key}`],
      )
    const { t: english } = await loadDeskWords('en')
    for (const id of ['de', 'zh']) {
      const { t, language } = await loadDeskWords(id)
      expect(language).toBe(id)
      expect(shape(t).toSorted()).toEqual(shape(english).toSorted())
      expect(t.causes.silent.next).not.toBe(english.causes.silent.next)
    }
    expect((await loadDeskWords('ar')).language).toBe('en')
  })
})
