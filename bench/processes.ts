/** Other processes of the bench: say what they need, wait for what they say, end them. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Bench } from './harness.ts'

/** Gives a process's next message. @throws when it ends first, or says nothing for a minute */
export function message(child: ChildProcess): Promise<unknown> {
  return new Promise((done, refuse) => {
    const stop = () => {
      clearTimeout(timer)
      child.off('exit', ended)
      child.off('message', heard)
    }
    const fail = (how: string) => {
      stop()
      refuse(new Error(`${child.spawnargs[1] ?? 'a process of the bench'} ${how}; see the messages above`))
    }
    const ended = () => fail('ended before it answered')
    const heard = (said: unknown) => {
      stop()
      done(said)
    }
    const timer = setTimeout(() => fail('has not answered for a minute'), 60_000)
    child.once('exit', ended)
    child.once('message', heard)
  })
}

/** Starts the bridge's HTTP without lines, with its journals in `folder`. */
export async function startBridge(
  bench: Bench,
  folder: string,
): Promise<{ readonly child: ChildProcess; readonly ports: Readonly<Record<'bridge' | 'bare', number>> }> {
  const child = fork(
    await bench.bundle('bench/bridgeProcess.ts'),
    [folder, bench.root, await bench.bundle('mes-bridge/src/journalWorker.ts')],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  )
  const { ports } = (await message(child)) as { ports: Record<'bridge' | 'bare', number> }
  return { child, ports }
}

/** Ends a forked process and waits for its end. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 8000)
  await gone
  clearTimeout(timer)
}
