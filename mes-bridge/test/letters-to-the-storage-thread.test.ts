/** What one thread leaves in the shared memory the other reads: as it was, in its order, whatever its size and however much of it. */
import { MessageChannel } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { letterMemory, letterReader, letterWriter } from '../src/journalLetters.ts'
import type { Statement } from '../src/journalLetters.ts'

const channels: MessageChannel[] = []
afterEach(() => {
  for (const { port1 } of channels.splice(0)) port1.close()
})

/** Both sides in one thread; `messages` counts what had no place in the memory. */
function openLetters(lettersBefore = 0) {
  const memory = letterMemory()
  const words = new Int32Array(memory)
  words[0] = lettersBefore
  const channel = new MessageChannel()
  channels.push(channel)
  let messages = 0
  const writer = letterWriter(memory, (statements) => {
    messages++
    channel.port1.postMessage(statements)
  })
  const reader = letterReader(memory, channel.port2)
  let lettersRead = lettersBefore
  const read = () => {
    // it would sleep for ever
    if (words[0] === lettersRead) throw new Error('There is nothing to read')
    lettersRead = (lettersRead + 1) | 0
    return reader()
  }
  return { writer, read, messages: () => messages }
}

const insert = (...parameters: unknown[]): Statement => ({ sql: 'insert', parameters })

test.each([0, 2 ** 31 - 3])(
  'values and texts come out as they went in, after %i letters',
  (lettersBefore) => {
    const { writer, read, messages } = openLetters(lettersBefore)
    const values = [
      '',
      'a',
      'Kühl-Gefrier-Kombination',
      '定制冰箱 590',
      '\u0000',
      '\ud800 alone',
      null,
      0,
      -0,
      1.5,
      2 ** 53,
    ]
    for (let id = 1; id <= 9; id++) {
      const statements = [insert(...values), { sql: `select ${id}`, parameters: [] }, insert(id)]
      const ask = { id, goesOn: id % 2 === 0, isAnswered: id % 3 === 0, statements }
      writer.ask(ask)
      if (id % 2 === 1) expect(read()).toEqual(ask)
      else {
        writer.ask({ ...ask, statements: [] })
        expect([read(), read()]).toEqual([ask, { ...ask, statements: [] }])
      }
      writer.answered(id)
    }
    expect(messages()).toBe(0)
    writer.end()
    expect(read()).toBeUndefined()
  },
)

test('more SQL texts than are known by number, in turn', () => {
  const { writer, read } = openLetters()
  for (let id = 1; id <= 2000; id++) {
    const statements = [insert(id), { sql: `select ${(id * 7) % 300}`, parameters: [] }]
    writer.ask({ id, goesOn: false, isAnswered: true, statements })
    expect(read()?.statements).toEqual(statements)
    writer.answered(id)
  }
})

test('what is too large, and a value that has no place, goes as a message in its turn', () => {
  const { writer, read, messages } = openLetters()
  const asks = [
    [insert('small')],
    [insert('x'.repeat(3_000_000))],
    [insert(1n, true)],
    [insert('small')],
  ].map((statements, n) => ({ id: n + 1, goesOn: n > 0, isAnswered: n === 3, statements }))
  for (const ask of asks) writer.ask(ask)
  expect(asks.map(() => read())).toEqual(asks)
  expect(messages()).toBe(2)
})

test('when the memory is full, asks wait for answers and keep their order', () => {
  const { writer, read, messages } = openLetters()
  const asks = Array.from({ length: 40 }, (_, n) => ({
    id: n + 1,
    goesOn: false,
    isAnswered: true,
    statements: [insert(n, 'x'.repeat(200_000))],
  }))
  for (const ask of asks) writer.ask(ask)
  for (const ask of asks) {
    expect(read()).toEqual(ask)
    writer.answered(ask.id)
  }
  expect(messages()).toBe(0)
})

test('a transaction that fills the memory is read to its end, and so is one that is taken back', () => {
  const { writer, read } = openLetters()
  const piece = [insert('x'.repeat(700_000))]
  for (const goesOn of [true, false]) {
    const asks = Array.from({ length: 8 }, (_, n) => ({
      id: n + 1,
      goesOn: n > 0 && (n < 7 || goesOn),
      isAnswered: n === 7,
      statements: piece,
    }))
    for (const ask of asks) writer.ask(ask)
    expect(asks.map(() => read())).toEqual(asks)
    writer.answered(8)
  }
})
