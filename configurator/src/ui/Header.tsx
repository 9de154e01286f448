import { lazy, Suspense, useState, useSyncExternalStore } from 'react'
import { savedKey } from '../session.ts'
import type { DesignSession, Session, ShopView } from '../session.ts'
import { Icon } from './icons.tsx'
import { Link } from './Link.tsx'
import { useStore } from './store.ts'
import { useWords } from './words.ts'

const SettingsPanel = lazy(() => import('./more.ts').then((more) => ({ default: more.SettingsPanel })))

type Products = (ShopView & { state: 'ready' })['products']

/** Brand, products, orders, and where and in which language the shop is. */
export function Header({
  session,
  design,
  products,
  onSpeak,
}: {
  readonly session: Session
  readonly design: DesignSession | undefined
  readonly products: Products
  readonly onSpeak: (language: string) => void
}) {
  const { t, language } = useWords()
  const [isOpen, setOpen] = useState<boolean>()
  const hasSaved = useSyncExternalStore(onStorage, () => session.keeper.read(savedKey) !== null)
  return (
    <header className="header">
      <Link to="/" className="brand">
        {t.brand}
      </Link>
      {products.length > 1 && (
        <nav className="products" aria-label={t.theShop}>
          {products.map((product) => (
            <span key={product.id}>
              <Link
                to={`/shop/${encodeURIComponent(product.id)}`}
                className="product-link"
                isHere={product.id === design?.product.package.id}
              >
                {product.title[language] ?? product.title['en']}
              </Link>
            </span>
          ))}
        </nav>
      )}
      <div className="header-end">
        {hasSaved && (
          <Link to="/saved" className="header-link" label={t.mySaved}>
            <Icon name="heart" />
          </Link>
        )}
        {session.orders().length > 0 && (
          <Link to="/orders" className="header-link" label={t.myOrders}>
            <Icon name="box" /> <span className="header-words">{t.myOrders}</span>
          </Link>
        )}
        <button type="button" className="header-link" aria-haspopup="dialog" onClick={() => setOpen(true)}>
          <Icon name="globe" size={18} />
          {design && <Country design={design} />}
          <span>{language.toUpperCase()}</span>
          <span className="sr-only">{t.settings}</span>
        </button>
      </div>
      {isOpen !== undefined && (
        <Suspense fallback={null}>
          <SettingsPanel design={design} isOpen={isOpen} onClose={() => setOpen(false)} onSpeak={onSpeak} />
        </Suspense>
      )}
    </header>
  )
}

/** What another tab keeps is heard of by itself, what this one keeps is told by who keeps it. */
const onStorage = (listener: () => void) => {
  addEventListener('storage', listener)
  return () => removeEventListener('storage', listener)
}

function Country({ design }: { readonly design: DesignSession }) {
  const view = useStore(design)
  return <span>{Object.values(view.design.context).map(String).join(' ')} ·</span>
}
