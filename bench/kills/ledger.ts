/** The simulator's ledger with marked points around every record. */
import { openLedger as open } from '../../plc-sim/src/ledger.ts'
import { mark } from './mark.ts'

export * from '../../plc-sim/src/ledger.ts'

export function openLedger(file: string): ReturnType<typeof open> {
  const { ledger, records } = open(file)
  let notSynced: string[] = []
  return {
    records,
    ledger: {
      ...ledger,
      append(added) {
        for (const { kind } of added) mark(kind, 'not written')
        ledger.append(added)
        for (const { kind } of added) mark(kind, 'written')
        notSynced.push(...added.map(({ kind }) => kind))
      },
      async durable() {
        const kinds = notSynced
        notSynced = []
        await ledger.durable()
        for (const kind of kinds) mark(kind, 'durable')
      },
    },
  }
}
