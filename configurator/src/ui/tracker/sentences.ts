import type { OrderView } from '@lot-one/rules'
import type { LaterWords } from '../words.ts'

/** A line's name for shoppers: the ids of lines say "line" already where they are numbered. */
export function lineName({ t }: LaterWords, id: string): string {
  return t.lineName(id.replace(/^line-/, ''))
}

/** The order's state in one sentence. */
export function leadOf(words: LaterWords, order: OrderView): string {
  const { t, language } = words
  const line = order.lineId === undefined ? t.theLine : lineName(words, order.lineId)
  const { waiting } = order
  if (waiting) {
    const since = words.time(waiting.since)
    const at = waiting.lineId === undefined ? line : lineName(words, waiting.lineId)
    switch (waiting.reason) {
      case 'noLine':
        return t.waiting.noLine(since)
      case 'cannotBuild':
        return t.waiting.cannotBuild(since)
      case 'lineSilent':
        return t.waiting.lineSilent(at, since)
      case 'lineRefused':
        return t.waiting.lineRefused(at, since)
      case 'inDoubt':
        return t.waiting.inDoubt(at, since)
      default:
        return t.waiting.other(since)
    }
  }
  switch (order.state) {
    case 'released':
      return t.lead.released(line)
    case 'inProduction': {
      const running = order.operations.find((o) => o.jobState === 'Running' || o.jobState === 'Interrupted')
      if (!running) return t.lead.between(line)
      return t.lead.inProduction(line, running.label[language] ?? running.label['en'] ?? running.station)
    }
    default:
      return t.lead[order.state]
  }
}
