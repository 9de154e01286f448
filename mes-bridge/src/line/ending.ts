/** Ends what may never answer: waits with a limit, clients and sessions that are closed without ever hanging. */
import type { ClientSession, OPCUAClient, StatusCode } from 'node-opcua'
import { StatusCodes } from './opcua.ts'

/** Members of the library's session that its type leaves out. */
interface SessionInside {
  isChannelValid(): boolean
  stopKeepAliveManager(): void
  emitCloseEvent(status: StatusCode): void
  dispose(): void
}
/** The library's session with them. */
export const inside = (session: ClientSession): SessionInside => session as unknown as SessionInside

/** Ends a session on our side only, when the line can no longer be told: its timers would run for ever. */
export function forget(session: ClientSession): void {
  inside(session).emitCloseEvent(StatusCodes.Good)
  inside(session).dispose()
}

/** Closes without ever hanging: a line that does not answer is left to time out by itself. */
export async function dispose(client: OPCUAClient, session?: ClientSession): Promise<void> {
  const closing = (async () => {
    await session?.close().catch(() => undefined)
    await client.disconnect()
  })()
  await within(closing, 1_500, new AbortController().signal).catch(() => session && forget(session))
}

/** Resolves as `work` does, or rejects after `ms` or when abandoned; `work` itself cannot be stopped and is ignored then. */
export async function within<T>(work: Promise<T>, ms: number, abandoned: AbortSignal): Promise<T> {
  work.catch(() => undefined)
  let cleanUp: (() => void) | undefined
  const limit = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
    const abandon = (): void => reject(new Error('stopped'))
    if (abandoned.aborted) abandon()
    abandoned.addEventListener('abort', abandon, { once: true })
    cleanUp = () => {
      clearTimeout(timer)
      abandoned.removeEventListener('abort', abandon)
    }
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    cleanUp?.()
  }
}
