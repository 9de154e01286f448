import { useId, useMemo } from 'react'
import { drawAppliance } from '../scene/drawings.ts'
import type { Selection } from '@lot-one/rules'
import { applianceOf } from './appliance.ts'

/** A small drawn picture of a design; says nothing to a screen reader, because its name stands beside it. */
export function Thumbnail({
  productId,
  choices,
}: {
  readonly productId: string
  /** Option values and texts; what is missing is drawn as its default. */
  readonly choices: Selection
}) {
  const id = useId().replaceAll(/\W/g, '')
  const drawing = useMemo(
    () => drawAppliance(applianceOf(productId, choices), { id }),
    [productId, choices, id],
  )
  return (
    <span
      className="thumbnail"
      aria-hidden="true"
      // our own pure function makes this from option values; no text of a user enters it unescaped
      dangerouslySetInnerHTML={{ __html: drawing }}
    />
  )
}
