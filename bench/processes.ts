/** Other processes of the bench: say what they need, wait for what they say, end them. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Bench } from './harness.ts'

/** Gives a process's next message. @throws when it ends first */
export function message(child: ChildProcess): Promise<unknown> {
  return new Promise((done, refuse) => {
    const ended = () =>
      refuse(new Error('a process of the bench ended before it answered; see the messages above'))
    child.once('exit', ended)
    child.once('message', (said) => {
      child.off('exit', ended)
      done(said)
    })
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
