/** The bridge's journal with marked points before a write is asked for, while it is on its way and after it is durable. */
import { openJournal as open } from '../../mes-bridge/src/journalOpen.ts'
import { mark } from './mark.ts'

export * from '../../mes-bridge/src/journalOpen.ts'

type Journal = Awaited<ReturnType<typeof open>>

export async function openJournal(...options: Parameters<typeof open>): Promise<Journal> {
  const journal = await open(...options)
  return {
    ...journal,
    async accept(order) {
      mark('an order', 'not written')
      const asked = journal.accept(order)
      mark('an order', 'being written')
      const answer = await asked
      mark('an order', 'written')
      return answer
    },
    async record(orderId, facts, jobs = [], ...rest) {
      const whats = [
        ...facts.map((fact) =>
          fact.kind === 'assigned'
            ? 'hand-over assigned'
            : `fact ${fact.kind === 'job' ? fact.jobState : fact.kind}`,
        ),
        ...jobs.map(
          ({ handOver, cleared, detail }) =>
            `hand-over ${cleared ? 'cleared' : detail === 'changing' ? 'changing' : handOver}`,
        ),
      ]
      for (const what of whats) mark(what, 'not written')
      const asked = journal.record(orderId, facts, jobs, ...rest)
      for (const what of whats) mark(what, 'being written')
      const answer = await asked
      for (const what of whats) mark(what, 'written')
      return answer
    },
    async openOrders(...of) {
      mark('open orders', 'asked')
      const orders = await journal.openOrders(...of)
      mark('open orders', 'read')
      return orders
    },
  }
}
