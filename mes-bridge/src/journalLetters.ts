/**
 * What the storage thread is asked, in memory that both threads see. Sent as messages, the texts of an order's rows cost more than
 * making them, and a thread that waits for messages wakes late; here they are copied, and the thread sleeps on a number.
 *
 * Letters lie one behind the other and are read in that order. When every one that was written has been answered the next
 * begins at the front again. All whole numbers are 32 bits wide and may run over; texts are UTF-16, as JavaScript keeps them, and so come
 * out exactly as they went in. What is too large, or a value that has no place here, goes as a message: its letter says so.
 */
import { receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'

export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** Statements to run one after the other. The first that fails ends the list and rolls an open transaction back. */
export interface Ask {
  readonly id: number
  /** They belong to the transaction that is open: nothing is done if it was rolled back meanwhile. */
  readonly goesOn: boolean
  /** If not, what they give is told with the answer to those that go on after them. */
  readonly isAnswered: boolean
  readonly statements: readonly Statement[]
}

/** Room for the largest batch of orders as they are. */
const memoryBytes = 4 * 2 ** 20
/** Words before the first letter: how many letters there are, and which of them lies at the front. */
const [written, atFront, front] = [0, 1, 2]
/** Words of a letter before its statements: id, flags, number of statements, where its text lies and how long that is. */
const head = 5
type Head = [id: number, flag: number, statements: number, textAt: number, textLength: number]
const flags = { goesOn: 1, isAnswered: 2, isMessage: 4, isLast: 8 }
/** Words kept free for letters that say that there is a message. */
const spare = 1024
/** SQL texts that both sides know by number. */
const mostTexts = 256
/** In place of a text's length. */
const [nothing, aNumber] = [-1, -2]

/** Makes the memory; both sides are made before anything is asked. */
export function letterMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(memoryBytes)
}

/**
 * Makes the side that asks.
 * @param sendMessage to the thread, for what has no place in the memory
 */
export function letterWriter(
  memory: SharedArrayBuffer,
  sendMessage: (statements: readonly Statement[]) => void,
) {
  const bytes = Buffer.from(memory)
  const words = new Int32Array(memory)
  const numbers = new Map<string, number>()
  const texts: string[] = []
  let nextText = 0
  /** The first free word. */
  let at: number = front
  let count = words[written]!
  let lastLeft = 0
  /** Of those left, the last that gets an answer of its own. */
  let lastExpected = 0
  let lastAnswered = 0
  const waiting: Ask[] = []

  function post(id: number, flag: number, statements: readonly Statement[]): void {
    if (at === front) words[atFront] = count
    const start = at
    at += head
    let text = ''
    const put = (value: string): void => {
      words[at++] = value.length
      text += value
    }
    for (const { sql, parameters } of statements) {
      const known = numbers.get(sql)
      words[at++] = known ?? remember(sql)
      if (known === undefined) put(sql)
      else words[at++] = nothing
      words[at++] = parameters.length
      for (const value of parameters) {
        if (typeof value === 'string') put(value)
        else if (typeof value === 'number') {
          words[at] = aNumber
          bytes.writeDoubleLE(value, 4 * (at + 1))
          at += 3
        } else words[at++] = nothing
      }
    }
    words.set([id, flag, statements.length, at, text.length], start)
    bytes.write(text, 4 * at, 'utf16le')
    at += wordsOf(text)
    count = (count + 1) | 0
    Atomics.store(words, written, count)
    Atomics.notify(words, written)
  }

  /** Gives a text a number, from now on known to both sides. */
  function remember(sql: string): number {
    const number = nextText
    const forgotten = texts[number]
    if (forgotten !== undefined) numbers.delete(forgotten)
    texts[number] = sql
    numbers.set(sql, number)
    nextText = (number + 1) % mostTexts
    return number
  }

  /** @returns whether it could be left now. */
  function leave({ id, goesOn, isAnswered, statements }: Ask): boolean {
    const flag = (goesOn ? flags.goesOn : 0) | (isAnswered ? flags.isAnswered : 0)
    const size = statements.reduce((sum, statement) => sum + wordsFor(statement), head)
    if (at + size <= words.length - spare) post(id, flag, statements)
    // what belongs to an open transaction cannot wait: no answer comes before its end
    else if (goesOn || lastExpected === lastAnswered) {
      if (at + 2 * head > words.length)
        throw new Error('A transaction has more pieces than there is room for')
      sendMessage(statements)
      post(id, flag | flags.isMessage, [])
    } else return false
    lastLeft = id
    if (isAnswered) lastExpected = id
    return true
  }

  return {
    /** Leaves an ask for the thread and wakes it. When the memory is full the ask waits for answers, and what comes after it too. */
    ask(ask: Ask): void {
      if (waiting.length > 0 || !leave(ask)) waiting.push(ask)
    },
    /** To be called with every answer: they come in the order of the asks. */
    answered(id: number): void {
      lastAnswered = id
      if (lastLeft === id) at = front
      const first = waiting.findIndex((ask) => !leave(ask))
      waiting.splice(0, first < 0 ? waiting.length : first)
    },
    /** Tells the thread, when everything has been answered, that nothing comes any more. */
    end: () => post(0, flags.isLast, []),
  }
}

/**
 * Makes the side that is asked.
 * @param port where messages come in
 * @returns sleeps until there is an ask and gives it; undefined: nothing comes any more
 */
export function letterReader(memory: SharedArrayBuffer, port: MessagePort): () => Ask | undefined {
  const bytes = Buffer.from(memory)
  const words = new Int32Array(memory)
  const texts: string[] = []
  let at: number = front
  let count = words[written]!

  return () => {
    while (Atomics.load(words, written) === count) Atomics.wait(words, written, count)
    if (words[atFront] === count) at = front
    count = (count + 1) | 0
    const [id, flag, length, textAt, textLength] = words.subarray(at, at + head) as unknown as Head
    at += head
    if (flag & flags.isLast) return undefined
    const text = bytes.toString('utf16le', 4 * textAt, 4 * textAt + 2 * textLength)
    let taken = 0
    const take = (length: number): string => text.slice(taken, (taken += length))
    const statements: Statement[] = []
    while (statements.length < length) {
      const number = words[at++]!
      const fresh = words[at++]!
      if (fresh !== nothing) texts[number] = take(fresh)
      const parameters: unknown[] = []
      for (let left = words[at++]!; left > 0; left--) {
        const what = words[at++]!
        if (what >= 0) parameters.push(take(what))
        else if (what === nothing) parameters.push(null)
        else {
          parameters.push(bytes.readDoubleLE(4 * at))
          at += 2
        }
      }
      statements.push({ sql: texts[number]!, parameters })
    }
    at = textAt + wordsOf(text)
    const goesOn = (flag & flags.goesOn) !== 0
    const isAnswered = (flag & flags.isAnswered) !== 0
    if ((flag & flags.isMessage) === 0) return { id, goesOn, isAnswered, statements }
    return { id, goesOn, isAnswered, statements: receiveMessageOnPort(port)!.message as readonly Statement[] }
  }
}

/** How many words a text takes behind its length. */
function wordsOf(text: string): number {
  return (text.length + 1) >> 1
}

/** As many words as a statement may take; without end where one of its values has no place here. */
function wordsFor({ sql, parameters }: Statement): number {
  let sum = 3 + wordsOf(sql)
  for (const value of parameters) {
    if (typeof value === 'string') sum += 1 + wordsOf(value)
    else if (typeof value === 'number') sum += 3
    else if (value === null) sum += 1
    else return Infinity
  }
  return sum
}
