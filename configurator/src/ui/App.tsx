import type { Product } from '@lot-one/rules'
import {
  lazy,
  Suspense,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react'
import type { ReactNode } from 'react'
import type { Appliance } from '../scene/appliance.ts'
import type { DesignSession, DesignView, Session, ShopView } from '../session.ts'
import { trackingPath, unitOf } from '../session.ts'
import { directionOf, laterMessages, lettersOf, loadMessages } from '../texts/index.ts'
import type { Messages } from '../texts/index.ts'
import { applianceOf } from './appliance.ts'
import { attentionFor } from './attention.ts'
import { BuyBar } from './BuyBar.tsx'
import { Header } from './Header.tsx'
import { Icon } from './icons.tsx'
import { whenIdle } from './idle.ts'
import { HomeLink, Layout, OfflineHint, Plain, Shell, useTitle } from './Layout.tsx'
import { LiveRegion } from './LiveRegion.tsx'
import type { DialogKind } from './more.ts'
import { OptionPanel } from './OptionPanel.tsx'
import { navigate, useRoute } from './route.ts'
import { useStore } from './store.ts'
import type { Picture } from './Viewport.tsx'
import { createWords, useWords, WordsContext } from './words.ts'
import type { Words } from './words.ts'

// What is only needed later comes when the page is idle: it is there before it is wanted, even if the network is gone by then.
const parts = {
  order: () => import('./OrderForm.tsx'),
  track: () => import('./TrackPage.tsx'),
  orders: () => import('./OrdersPage.tsx'),
  start: () => import('./StartPage.tsx'),
  more: () => import('./more.ts'),
}
const OrderForm = lazy(parts.order)
const TrackPage = lazy(parts.track)
const OrdersPage = lazy(parts.orders)
const StartPage = lazy(parts.start)
// a dev server has no build to keep
const keepsBuild = import.meta.env.PROD && 'serviceWorker' in navigator
/** A part that nobody waits for: it comes when the page has nothing better to do. */
const idly = <T extends object>(load: () => Promise<T>) =>
  new Promise<T>((resolve, reject) => {
    whenIdle(() => void load().then(resolve, reject))
  })
const UpdateOffer = lazy(() => idly(() => import('./UpdateOffer.tsx')))
const LostPicture = lazy(() => idly(parts.more).then((more) => ({ default: more.LostPicture })))
const ComparePage = lazy(() => parts.more().then((more) => ({ default: more.ComparePage })))
const SavedPage = lazy(() => parts.more().then((more) => ({ default: more.SavedPage })))
const Dialogs = lazy(() => parts.more().then((more) => ({ default: more.Dialogs })))

export const languageKey = 'lot-one/language'

/** Tells what its boundary shows, once nothing of it is waited for any more. */
function Shown<T>({ what, onShown }: { readonly what: T; readonly onShown: (what: T) => void }) {
  useEffect(() => onShown(what), [what, onShown])
  return null
}

/** The page: one picture, and beside or below it what the address asks for. */
export function App({
  session,
  language: first,
  messages: firstMessages,
}: {
  readonly session: Session
  readonly language: string
  readonly messages: Messages
}) {
  const [{ language, messages }, setSpoken] = useState({ language: first, messages: firstMessages })
  const shop = useStore(session)
  const [shown, setShown] = useState<ShopView['state']>('loading')
  const currency = shop.state === 'ready' ? shop.design.product.package.currency : 'EUR'
  const country = useCountry(shop)
  const words = useMemo(
    () => createWords(language, messages, currency, { clock: clockLocale(language), country }),
    [language, messages, currency, country],
  )
  useLayoutEffect(() => {
    // before the first paint, or the page would be seen turning round
    const { documentElement: html } = document
    html.lang = language
    html.dir = directionOf(language)
  }, [language])
  useEffect(() => {
    void lettersOf(language).then((href) => {
      if (href === undefined || document.querySelector(`link[href="${href}"]`)) return
      document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href }))
    })
  }, [language])
  const speak = (next: string) => {
    session.keeper.write(languageKey, next)
    void Promise.all([loadMessages(next), laterMessages(next).catch(() => {})]).then(([loaded]) =>
      setSpoken({ language: next, messages: loaded }),
    )
  }
  return (
    <WordsContext value={words}>
      <Suspense fallback={<Shell header={null} />}>
        <Pages session={session} shop={shop} onSpeak={speak} />
        <Shown what={shop.state} onShown={setShown} />
      </Suspense>
      {keepsBuild && shop.state !== 'loading' && shown === shop.state && (
        <Suspense fallback={null}>
          <UpdateOffer />
        </Suspense>
      )}
    </WordsContext>
  )
}

/** The country of the design on show; the page is drawn anew only when it is another one. */
function useCountry(shop: ShopView): string | undefined {
  const design = shop.state === 'ready' ? shop.design : undefined
  return useSyncExternalStore(design?.subscribe ?? never, () => {
    const country = design?.getSnapshot().design.context['country']
    return country === undefined ? undefined : String(country)
  })
}

const never = () => () => {}

/** The browser's own variant of a language ("en-GB"), which knows how the shopper reads a clock. */
export function clockLocale(language: string): string {
  return navigator.languages.find((tag) => new RegExp(`^${language}-[A-Z]{2}$`).test(tag)) ?? language
}

/** The language this browser asked for last, if it did. */
export function keptLanguage(session: Pick<Session, 'keeper'>): string | null {
  return session.keeper.read(languageKey)
}

function Pages({
  session,
  shop,
  onSpeak,
}: {
  readonly session: Session
  readonly shop: ShopView
  readonly onSpeak: (language: string) => void
}) {
  const { t, language } = useWords()
  const route = useRoute()
  const wanted =
    route.page === 'shop' || route.page === 'compare'
      ? route.product
      : route.page === 'order'
        ? session.lastProduct()
        : undefined
  useEffect(() => session.show(wanted), [session, wanted])
  const products = shop.state === 'ready' || shop.state === 'choosing' ? shop.products : []
  const ready = shop.state === 'ready' ? shop.design : undefined
  // another product is on its way: the one before it is not what this page is about
  const isOther = wanted !== ready?.product.package.id && products.some(({ id }) => id === wanted)
  const design = isOther ? undefined : ready
  const header = <Header session={session} design={design} products={products} onSpeak={onSpeak} />
  useAcceptedOrder(session)
  const isShown = shop.state !== 'loading'
  useEffect(() => {
    // here, below the page's Suspense, this waits until what was asked for is there: that goes before what is only wanted later
    if (!isShown) return undefined
    return whenIdle(() => {
      for (const load of [...Object.values(parts), () => laterMessages(language)]) load().catch(() => {})
    })
  }, [language, isShown])

  if (route.page === 'track')
    return (
      <TrackPage
        key={route.orderId + route.token}
        header={header}
        session={session}
        product={design?.product}
        orderId={route.orderId}
        token={route.token}
      />
    )
  if (route.page === 'orders') return <OrdersPage header={header} session={session} products={products} />
  if (route.page === 'saved') return <SavedPage header={header} session={session} products={products} />
  if (route.page === 'unknown')
    return <Plain header={header} icon="search" title={t.notFound} action={<HomeLink />} />
  if (shop.state === 'unreachable')
    return <Plain header={header} icon="alert" title={t.shopUnreachable} lead={t.shopUnreachableLead} />
  if (shop.state === 'empty')
    return <Plain header={header} icon="box" title={t.noProducts} lead={t.noProductsLead} />
  const isStart = route.page === 'shop' && route.product === undefined && products.length > 1
  if (isStart || shop.state === 'choosing')
    return (
      <StartPage
        header={header}
        session={session}
        products={products}
        isUnknown={wanted !== undefined && products.every(({ id }) => id !== wanted)}
      />
    )
  if (!design) return <Shell header={header} />
  if (route.page === 'compare')
    return <ComparePage header={header} session={session} design={design} hash={route.hash} />
  return (
    <ShopPage
      key={design.product.package.rulesHash}
      header={header}
      session={session}
      design={design}
      isOrdering={route.page === 'order'}
    />
  )
}

/** An order that was taken is remembered and shown, wherever on the page its answer came in. */
function useAcceptedOrder(session: Session): void {
  const checkout = useStore(session.checkout)
  useEffect(() => {
    if (checkout.state !== 'accepted') return
    const { key, order } = checkout
    session.remember({
      ...key,
      orderedAt: new Date().toISOString(),
      priceCents: order.expectedPriceCents,
      currency: order.currency,
      unit: unitOf(order),
    })
    session.checkout.done()
    navigate(trackingPath(key))
  }, [checkout, session])
}

function ShopPage({
  header,
  session,
  design,
  isOrdering,
}: {
  readonly header: ReactNode
  readonly session: Session
  readonly design: DesignSession
  readonly isOrdering: boolean
}) {
  const words = useWords()
  const { t, language } = words
  const view = useStore(design)
  const [touched, setTouched] = useState<{ step: string; option: string }>()
  const [dialog, setDialog] = useState<{ readonly kind: DialogKind; readonly isOpen: boolean }>()
  const openDialog = (kind: DialogKind) => () => setDialog({ kind, isOpen: true })
  const touch = (step: string, option: string) => setTouched({ step, option })
  useSlash(openDialog('search'), !isOrdering)
  const { product } = design
  const title = product.package.title[language] ?? product.package.title['en'] ?? product.package.id
  const { area, isOpen } = isOrdering
    ? attentionFor('', undefined)
    : attentionFor(view.step, touched?.step === view.step ? touched.option : undefined)
  const appliance = useAppliance(product.package.id, view)
  const takesPicture = product.package.texts.some(({ kind }) => kind === 'picture')
  const choosePicture = openDialog('picture')
  const picture: Picture = {
    appliance,
    summary: summaryOf(words, title, product, view),
    area,
    isOpen,
    shop: session,
    ...(takesPicture && !isOrdering && { onOwnPicture: choosePicture }),
  }
  const order = () => {
    // ordering means the design as it is: a wish that does not fit is let go
    if (view.conflict) design.keep()
    navigate('/order')
  }
  const clashes = view.conflict !== undefined
  useEffect(() => {
    // new rules may have come in under the form: what stands in the way is solved at the options
    if (isOrdering && clashes) navigate(`/shop/${encodeURIComponent(product.package.id)}`, 'replace')
  }, [isOrdering, clashes, product])
  useTitle(isOrdering ? `${t.orderTitle} · ${title}` : title)
  return (
    <Layout header={header} picture={picture} skip={t.skipToOptions} isForm={isOrdering}>
      <div className="panel-head">
        <h1>{isOrdering ? t.orderTitle : title}</h1>
        {!isOrdering && (
          <div className="panel-tools">
            <button
              type="button"
              className="icon-button"
              aria-label={t.search}
              aria-haspopup="dialog"
              aria-keyshortcuts="/"
              onClick={openDialog('search')}
            >
              <Icon name="search" />
            </button>
            <button
              type="button"
              className="icon-button"
              aria-label={t.saveThis}
              aria-haspopup="dialog"
              onClick={openDialog('save')}
            >
              <Icon name="heart" />
            </button>
          </div>
        )}
        <OfflineHint />
      </div>
      {takesPicture && (
        <Suspense fallback={null}>
          <LostPicture shop={session} session={design} view={view} />
        </Suspense>
      )}
      {isOrdering ? (
        <OrderForm session={session} design={design} view={view} />
      ) : (
        <>
          <OptionPanel
            shop={session}
            session={design}
            view={view}
            onPicture={choosePicture}
            onTouch={(option) => touch(view.step, option)}
            onOrder={order}
          />
          <BuyBar
            session={design}
            view={view}
            onOrder={order}
            onShare={openDialog('share')}
            onIdeas={openDialog('ideas')}
            onPrice={openDialog('price')}
          />
          {dialog && (
            <Suspense fallback={null}>
              <Dialogs
                kind={dialog.kind}
                isOpen={dialog.isOpen}
                session={session}
                design={design}
                view={view}
                onTouch={touch}
                onClose={() => setDialog({ ...dialog, isOpen: false })}
              />
            </Suspense>
          )}
        </>
      )}
      <LiveRegion session={design} view={view} />
    </Layout>
  )
}

/** The key "/" opens the search, unless it is being typed into something. */
function useSlash(open: () => void, isOn: boolean): void {
  const act = useEffectEvent(open)
  useEffect(() => {
    if (!isOn) return
    const onKey = (event: KeyboardEvent) => {
      const { target } = event
      const isTyping =
        target instanceof HTMLElement && target.matches('input:not([type=radio]), select, textarea')
      if (event.key !== '/' || event.ctrlKey || event.metaKey || isTyping) return
      event.preventDefault()
      act()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [isOn])
}

/** The picture's appliance; the same object while the design stays the same, so the picture knows when to draw. */
function useAppliance(productId: string, view: DesignView): Appliance {
  const { configuration, texts } = view
  const key = JSON.stringify([configuration, texts])
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => applianceOf(productId, { ...configuration, ...texts }), [productId, key])
}

/** Says what the picture shows: the name and what is chosen in the step at hand. */
function summaryOf(words: Words, title: string, product: Product, view: DesignView): string {
  const step = product.package.steps.find((s) => s.id === view.step)
  const parts = (step?.options ?? []).map(
    (id) => `${product.label(id, words.language)} ${words.value(product, id, view.configuration[id]!)}`,
  )
  return [title, ...parts].join(', ')
}
