import type { DesignSession, DesignView } from '../session.ts'

/** The VAT percentage of the design's country, if the product names one. */
export function vatPercent(session: DesignSession, view: DesignView): number | undefined {
  const country = view.design.context['country']
  return session.product.package.vatPercent[String(country)]
}
