import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import type { ProductEntry, Session } from '../session.ts'
import { keptChoices } from '../sessionLater.ts'
import { Icon } from './icons.tsx'
import { OfflineHint, useTitle } from './Layout.tsx'
import { Link } from './Link.tsx'
import { useWords } from './words.ts'

/** Every product on sale with its picture, what it costs at least and how many designs of it there are. */
export default function StartPage({
  header,
  session,
  products,
  isUnknown,
}: {
  readonly header: ReactNode
  readonly session: Session
  readonly products: readonly ProductEntry[]
  /** The address asks for a product that is not on sale. */
  readonly isUnknown: boolean
}) {
  const words = useWords()
  const { t, language } = words
  const last = session.lastProduct()
  useTitle(isUnknown ? t.notOnSale : t.theShop)
  // a product can be picked before its picture is there: the pictures are asked for after the first paint
  const [{ Thumbnail }, setPictures] = useState<Partial<typeof import('./Thumbnail.tsx')>>({})
  useEffect(() => {
    import('./Thumbnail.tsx').then(setPictures, () => {})
  }, [])
  return (
    <>
      {header}
      <main className="start">
        <div className="start-head">
          <h1>{isUnknown ? t.notOnSale : t.startTitle}</h1>
          <p className="lead">{t.startLead}</p>
          <OfflineHint />
        </div>
        <ul className="shelf" data-testid="shelf">
          {products.map((product) => {
            const designs = product.designs === undefined ? undefined : BigInt(product.designs)
            return (
              <li key={product.id} data-product={product.id}>
                <Link to={`/shop/${encodeURIComponent(product.id)}`} className="shelf-card">
                  <span className="shelf-picture">
                    {Thumbnail && (
                      <Thumbnail productId={product.id} choices={keptChoices(session.keeper, product.id)} />
                    )}
                  </span>
                  <span className="shelf-text">
                    <strong className="shelf-name">
                      {product.title[language] ?? product.title['en'] ?? product.id}
                    </strong>
                    <span className="shelf-price">{t.fromPrice(words.money(product.fromPriceCents))}</span>
                    {designs !== undefined && (
                      <span className="hint">{t.designsOf(words.roughly(designs), Number(designs))}</span>
                    )}
                    <span className="shelf-go">
                      {product.id === last ? t.continueYours : t.designIt} <Icon name="arrow" size={18} />
                    </span>
                  </span>
                </Link>
              </li>
            )
          })}
        </ul>
      </main>
    </>
  )
}
