import { useState } from 'react'
import { savedKey } from '../session.ts'
import type { DesignSession, Session, ShopView } from '../session.ts'
import { languages } from '../texts/index.ts'
import { Icon } from './icons.tsx'
import { Link } from './Link.tsx'
import { Modal } from './Modal.tsx'
import { RadioCard } from './RadioCard.tsx'
import { useStore } from './store.ts'
import { useWords } from './words.ts'

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
  const [isOpen, setOpen] = useState(false)
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
        {session.keeper.read(savedKey) !== null && (
          <Link to="/saved" className="header-link" label={t.mySaved}>
            <Icon name="heart" />
          </Link>
        )}
        {session.orders().length > 0 && (
          <Link to="/orders" className="header-link">
            {t.myOrders}
          </Link>
        )}
        <button type="button" className="header-link" aria-haspopup="dialog" onClick={() => setOpen(true)}>
          <Icon name="globe" size={18} />
          {design && <Country design={design} />}
          <span>{language.toUpperCase()}</span>
          <span className="sr-only">{t.settings}</span>
        </button>
      </div>
      <Modal title={t.settings} isOpen={isOpen} onClose={() => setOpen(false)}>
        {design && <ContextChoice design={design} onDone={() => setOpen(false)} />}
        <fieldset className="option">
          <legend>
            <span className="option-name">{t.language}</span>
          </legend>
          <div className="cards list">
            {languages.map(({ id, name }) => (
              <RadioCard
                key={id}
                name="language"
                label={name}
                value={id}
                lang={id}
                isChosen={id === language}
                onChoose={() => onSpeak(id)}
              />
            ))}
          </div>
        </fieldset>
      </Modal>
    </header>
  )
}

function Country({ design }: { readonly design: DesignSession }) {
  const view = useStore(design)
  return <span>{Object.values(view.design.context).map(String).join(' ')} ·</span>
}

/** The options the shop knows rather than the shopper chooses: the country. A clash closes the dialog: the way out stands in the page. */
function ContextChoice({ design, onDone }: { readonly design: DesignSession; readonly onDone: () => void }) {
  const words = useWords()
  const { language } = words
  const view = useStore(design)
  const { product } = design
  return product.package.options
    .filter((option) => option.role === 'context')
    .map((option) => (
      <fieldset key={option.id} className="option" data-option={option.id}>
        <legend>
          <span className="option-name">{product.label(option.id, language)}</span>
        </legend>
        <div className="cards list">
          {option.values.map((value) => (
            <RadioCard
              key={String(value)}
              name={option.id}
              label={words.value(product, option.id, value)}
              value={String(value)}
              isChosen={view.design.context[option.id] === value}
              onChoose={() => {
                design.setContext({ [option.id]: value })
                if (design.getSnapshot().conflict) onDone()
              }}
            />
          ))}
        </div>
      </fieldset>
    ))
}
