/** The bridge's lines with marked points around every call, read and observation. */
import { createLine as create } from '../../mes-bridge/src/line.ts'
import { mark } from './mark.ts'

export * from '../../mes-bridge/src/line.ts'

type Line = ReturnType<typeof create>

export function createLine(...options: Parameters<typeof create>): Line {
  const line = create(...options)

  async function around<T>(what: string, call: () => Promise<T>): Promise<T> {
    mark(what, 'not sent')
    const answer = call()
    // Encrypting and writing take some turns; whether the line has it by then is as open as in life.
    setTimeout(() => mark(what, 'sent'), 2)
    const outcome = await answer
    mark(what, 'answered')
    return outcome
  }
  async function reading<T>(what: string, read: () => Promise<T>): Promise<T> {
    mark(what, 'asked')
    const answer = await read()
    mark(what, 'read')
    return answer
  }

  return {
    ...line,
    start() {
      mark('all lists', 'asked')
      line.start()
    },
    store: (...args) => around('Store', () => line.store(...args)),
    update: (...args) => around('Update', () => line.update(...args)),
    command: (station, method, jobOrderId) => around(method, () => line.command(station, method, jobOrderId)),
    readList: (...args) => reading('list', () => line.readList(...args)),
    readResponse: (...args) => reading('response', () => line.readResponse(...args)),
    follow: (listener) =>
      line.follow((change) => {
        if (change.kind === 'job') mark(`${change.job.jobState} seen`, 'not taken in')
        listener(change)
        if (change.kind === 'job') mark(`${change.job.jobState} seen`, 'taken in')
        if (change.kind === 'resynced') mark('all lists', 'read')
      }),
  }
}
