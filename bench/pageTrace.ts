/**
 * Where the time of a page goes, as the browser's own trace tells: the processor time of the page's main thread, without what it
 * waited for, and the time of the GPU's thread, which draws in software here.
 */
import type { Browser, Page } from 'playwright-core'

/** An event of Chromium's trace; times in microseconds. */
interface TraceEvent {
  readonly name: string
  readonly cat: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  /** Processor time of its thread. */
  readonly tdur?: number
  readonly args?: { readonly name?: string; readonly data?: { readonly startTime?: number } }
}
interface Task {
  readonly start: number
  readonly end: number
  readonly busy: number
}

export interface Trace {
  /** Milliseconds that the main thread worked in tasks between two moments of the page's clock, ms. */
  mainThread(from: number, to: number): number
  /** The longest of these tasks, ms of work. */
  longestTask(from: number, to: number): number
  /** Milliseconds that the GPU's thread was busy. */
  gpu(from: number, to: number): number
}

/** Traces a page while something is done with it; the page has to call `performance.mark('tap')` at least once meanwhile. */
export async function trace(browser: Browser, page: Page, act: () => Promise<void>): Promise<Trace> {
  await browser.startTracing(page, {
    categories: ['toplevel', 'blink.user_timing', 'disabled-by-default-devtools.timeline'],
  })
  let text
  try {
    await act()
  } finally {
    text = await browser.stopTracing()
  }
  const { traceEvents: events } = JSON.parse(text.toString()) as { traceEvents: TraceEvent[] }
  const mark = events.find(({ name, cat }) => name === 'tap' && cat.includes('user_timing'))
  const startTime = mark?.args?.data?.startTime
  if (!mark || startTime === undefined)
    throw new Error('The trace holds no mark of a tap; inPage.tap sets one.')
  const origin = mark.ts / 1000 - startTime
  const main = tasksOf(events, (event) => event.pid === mark.pid && event.tid === mark.tid)
  const gpuThread = events.find(({ ph, args }) => ph === 'M' && args?.name === 'CrGpuMain')
  const gpu = tasksOf(events, ({ pid, tid }) => pid === gpuThread?.pid && tid === gpuThread.tid)
  const during = (tasks: readonly Task[], from: number, to: number) =>
    tasks.filter(({ start, end }) => end > from + origin && start < to + origin)
  const sum = (tasks: readonly Task[]) => tasks.reduce((all, { busy }) => all + busy, 0)
  return {
    mainThread: (from, to) => sum(during(main, from, to)),
    longestTask: (from, to) => Math.max(0, ...during(main, from, to).map(({ busy }) => busy)),
    gpu: (from, to) => sum(during(gpu, from, to)),
  }
}

/** The outermost events of a thread. */
function tasksOf(events: readonly TraceEvent[], isOfThread: (event: TraceEvent) => boolean): Task[] {
  const tasks: Task[] = []
  const all = events.filter((event) => event.ph === 'X' && isOfThread(event)).toSorted((a, b) => a.ts - b.ts)
  let end = -1
  for (const { ts, dur = 0, tdur = dur } of all) {
    if (ts < end) continue
    end = ts + dur
    tasks.push({ start: ts / 1000, end: end / 1000, busy: tdur / 1000 })
  }
  return tasks
}
