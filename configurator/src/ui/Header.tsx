import { useState } from 'react'
import type { DesignSession, Session, ShopView } from '../session.ts'
import { languages } from '../texts/index.ts'
import { Icon } from './icons.tsx'
import { Modal } from './Modal.tsx'
import { RadioCard } from './RadioCard.tsx'
import { navigate } from './route.ts'
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
  const link = (to: string, label: React.ReactNode, className: string) => (
    <a
      className={className}
      href={to}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return
        event.preventDefault()
        navigate(to)
      }}
    >
      {label}
    </a>
  )
  return (
    <header className="header">
      {link('/', <>{t.brand}</>, 'brand')}
      {products.length > 1 && (
        <nav className="products" aria-label={t.theShop}>
          {products.map((product) => (
            <span key={product.id}>
              {link(`/shop/${product.id}`, product.title[language] ?? product.title['en'], 'product-link')}
            </span>
          ))}
        </nav>
      )}
      <div className="header-end">
        {session.orders().length > 0 && link('/orders', t.myOrders, 'header-link')}
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
  const { language } = useWords()
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
              label={product.valueLabel(option.id, value, language)}
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
