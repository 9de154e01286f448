import type { LineMessages } from './en.ts'

export const de: LineMessages = {
  title: 'Linienpult',
  brand: 'Lot One',
  language: 'Sprache',
  skip: 'Zu den Linien springen',

  lockTitle: 'Linienpult',
  lockLead:
    'Für alle, die die Linien betreiben. Das Personal-Token wurde beim ersten Start der Bridge ausgegeben.',
  token: 'Personal-Token',
  tokenHint: 'Es bleibt in diesem Tab, bis Sie ihn schließen oder das Pult sperren.',
  unlock: 'Pult öffnen',
  unlocking: 'Wird geöffnet …',
  tokenMissing: 'Bitte das Personal-Token eingeben.',
  tokenWrong:
    'Das ist nicht das Personal-Token dieser Bridge. Es steht in der Datei „staff-token“ im Datenordner.',
  tokenUnanswered: 'Die Bridge antwortet nicht. Das Token wurde nicht geprüft; bitte noch einmal versuchen.',
  lock: 'Sperren',

  live: 'Live',
  connecting: 'Verbindet …',
  lost: (time) => `Keine Verbindung zur Bridge. Sie sehen den Stand von ${time}; neuer Versuch läuft.`,
  offline: (time) => `Dieses Gerät ist offline. Sie sehen den Stand von ${time}.`,
  loading: 'Linien werden geladen …',
  noLines: 'Keine Linie eingerichtet',
  noLinesLead:
    'Schreiben Sie eine Liniendatei mit der Adresse Ihrer Linie und starten Sie die Bridge mit LOT_ONE_LINES. Bestellungen werden angenommen und warten darauf.',
  noLinesExample: 'lines:\n  - endpoint: opc.tcp://192.168.1.20:4840',
  summary: (lines, working, people) =>
    `${lines === 1 ? '1 Linie' : `${lines} Linien`}, ${working} ${working === 1 ? 'arbeitet' : 'arbeiten'}${people > 0 ? `, ${people} ${people === 1 ? 'braucht' : 'brauchen'} Sie` : ''}`,

  states: {
    connecting: 'Nicht verbunden',
    resyncing: 'Stand wird gelesen',
    online: 'Online',
    degraded: 'Arbeitet, etwas stimmt nicht',
    stopped: 'Braucht eine Entscheidung',
  },
  causes: {
    silent: {
      title: 'Die Linie antwortet nicht.',
      next: 'Strom, Netz und Adresse prüfen. Die Bridge versucht es weiter; nichts wird doppelt gesendet.',
    },
    lost: {
      title: 'Die Verbindung ist abgerissen.',
      next: 'Die Bridge verbindet sich selbst neu. Was auf der Linie ist, läuft weiter; nichts wird doppelt gesendet.',
    },
    busy: {
      title: 'Die Linie hat keine freie Sitzung.',
      next: 'Andere Clients der Linie schließen oder mehr Sitzungen erlauben. Die Bridge versucht es weiter.',
    },
    reading: {
      title: 'Der Stand der Linie war nicht lesbar.',
      next: 'Die Bridge versucht es selbst noch einmal. Bleibt es dabei, sagen die Einzelheiten, was fehlt.',
    },
    certificateUnknown: {
      title: 'Dem Zertifikat dieser Linie hat noch niemand vertraut.',
      next: 'Vergleichen Sie den Fingerabdruck mit dem auf dem Bildschirm der Linie. Ist er gleich, vertrauen Sie ihm.',
    },
    certificateUnusable: {
      title: 'Das Zertifikat dieser Linie ist unbrauchbar.',
      next: 'Hier hilft keine Entscheidung: Die Linie braucht ein gültiges Zertifikat. Die Bridge sieht selbst wieder nach.',
    },
    bridgeUnknown: {
      title: 'Die Linie vertraut dieser Bridge nicht.',
      next: 'Vertrauen Sie auf der Linie dem Zertifikat der Bridge. Sein Fingerabdruck steht in den Einzelheiten.',
    },
    user: {
      title: 'Die Linie weist Benutzer oder Passwort ab.',
      next: 'user und passwordEnv dieser Linie in der Liniendatei berichtigen, dann die Bridge neu starten.',
    },
    security: {
      title: 'Die Linie bietet die gewünschte Sicherheit nicht an.',
      next: 'Eine der Verbindungen unten in die Liniendatei schreiben oder die gewünschte an der Linie einschalten.',
    },
    folder: {
      title: 'Die Bridge kann ihren Zertifikatsordner nicht benutzen.',
      next: 'Den Ordner aus den Einzelheiten für die Bridge les- und schreibbar machen.',
    },
    clock: {
      title: 'Die Uhr der Linie geht falsch.',
      next: 'Linie und diesen Rechner von derselben Quelle stellen lassen. Die Zeiten, die Kundinnen sehen, kommen von der Linie.',
    },
    noStation: {
      title: 'Auf dieser Linie wurde keine Station gefunden.',
      next: 'Die Steuerung muss ISA-95 Job Control V2 anbieten (JobManagement oder ISA95JobOrderReceiver).',
    },
    station: {
      title: 'Eine Station dieser Linie ist nicht benutzbar.',
      next: 'Die Einzelheiten sagen, was ihr fehlt. Bestellungen, die sie brauchen, gehen an andere Linien.',
    },
    mapping: {
      title: 'Die Liniendatei nennt etwas, das diese Linie nicht hat.',
      next: '„stations“ dieser Linie in der Liniendatei berichtigen, dann die Bridge neu starten.',
    },
    noEvents: {
      title: 'Die Linie sendet keine Statusereignisse.',
      next: 'Sie wird stattdessen jede Sekunde gelesen. Alles geht, der Fortschritt kommt etwas später.',
    },
    elsewhere: {
      title: 'Diese Linie hat gerade keine Bridge.',
      next: 'Eine andere übernimmt sie in wenigen Sekunden von selbst.',
    },
  },
  alarms: {
    inDoubt: {
      title: 'Wurde das gebaut?',
      next: 'Die Station kennt diesen Auftrag nicht mehr, hat ihn aber vielleicht begonnen. Sehen Sie an der Station nach und antworten Sie dann.',
    },
    conflict: {
      title: 'Die Station hat unter dieser Nummer etwas anderes.',
      next: 'Vergleichen Sie beides auf dem Bildschirm der Station. Es wird nichts gesendet, bis eines davon weg ist.',
    },
    stopped: {
      title: 'Die Fertigung dieser Bestellung ist angehalten.',
      next: 'Sehen Sie sich das Gerät an; dann die Bestellung stornieren oder an der Linie neu starten lassen.',
    },
  },
  newCertificate: 'Diese Linie zeigt ein anderes Zertifikat als beim letzten Mal.',
  newCertificateNext:
    'Fragen Sie nach, ob die Steuerung getauscht wurde oder ein neues Zertifikat bekam. Vergleichen Sie den Fingerabdruck mit dem auf ihrem Bildschirm; vertrauen Sie ihm nur, wenn er gleich ist.',
  since: (time, duration) => `seit ${time} (${duration})`,
  heldBadge: 'Angehalten',
  heldLead: 'Bekommt keine neuen Bestellungen. Was darauf ist, läuft weiter.',
  details: 'Was genau geschah',

  hold: 'Anhalten',
  resume: 'Weiterlaufen lassen',
  holdAsk: (line) => `${line} anhalten?`,
  holdExplain: (orders) =>
    `Sie bekommt ab jetzt keine neuen Bestellungen. ${orders === 0 ? 'Es ist nichts auf ihr.' : orders === 1 ? 'Die Bestellung auf ihr wird fertig gebaut.' : `Die ${orders} Bestellungen auf ihr werden fertig gebaut.`} Neue gehen an andere Linien; gibt es keine, erfahren Kundinnen, dass sie warten.`,
  holdYes: 'Linie anhalten',
  resumeAsk: (line) => `${line} weiterlaufen lassen?`,
  resumeExplain: 'Sie nimmt sofort wieder Bestellungen an, zuerst die wartenden.',
  resumeYes: 'Weiterlaufen lassen',
  no: 'So lassen',
  close: 'Schließen',

  trust: 'Diesem Zertifikat vertrauen und verbinden',
  trusting: 'Verbindet …',
  certificate: 'Zertifikat',
  fingerprint: 'Fingerabdruck (SHA-256)',
  replaces: 'Vorher (SHA-256)',
  thumbprint: 'Thumbprint (SHA-1)',
  subject: 'Ausgestellt für',
  issuer: 'Ausgestellt von',
  selfSigned: 'sich selbst (selbstsigniert)',
  validity: 'Gültig',
  validFromTo: (from, to) => `${from} bis ${to}`,
  expired: 'abgelaufen',
  expiresIn: (days) => (days === 1 ? 'endet morgen' : `endet in ${days} Tagen`),
  trustState: { trusted: 'vertraut', waiting: 'wartet auf Sie', unusable: 'unbrauchbar' },

  endpoint: 'Adresse',
  endpoints: 'Angebotene Verbindungen',
  endpointUsed: 'benutzt',
  users: {
    Anonymous: 'jeder',
    UserName: 'Benutzer und Passwort',
    Certificate: 'Benutzerzertifikat',
    IssuedToken: 'Token',
  },
  clock: 'Uhr',
  clockSame: 'wie die der Bridge',
  clockOff: (amount, ahead) => `geht gegenüber der Bridge ${amount} ${ahead ? 'vor' : 'nach'}`,
  software: 'Steuerung',
  events: 'Fortschritt',
  eventsYes: 'durch Statusereignisse',
  eventsNo: 'jede Sekunde gelesen',
  limits: 'Auf einmal',
  limitOf: (read, browse, call) => `lesen ${read} · durchsuchen ${browse} · aufrufen ${call}`,
  noLimit: 'ohne Grenze',
  clears: 'Fertige Aufträge',
  clearsYes: (time) => `räumt sie selbst weg (gesehen ${time})`,
  clearsNo: 'bleiben, bis die Bridge sie gespeichert hat',
  forgets: 'Ihre Liste',
  forgetsYes: (time) =>
    `ging einmal verloren (${time}): Nach einem Neustart ist vielleicht zu fragen, was gebaut wurde`,
  forgetsNo: 'ging nie verloren, soweit gesehen',
  about: 'Über diese Linie',
  ownedBy: 'Bedient von',

  stations: 'Stationen',
  noStations: 'Bekannt, sobald die Linie erreicht wurde.',
  station: 'Station',
  machine: 'Maschine',
  units: {
    NotAvailable: 'nicht verfügbar',
    OutOfService: 'außer Betrieb',
    NotExecuting: 'bereit',
    Executing: 'arbeitet',
  },
  now: 'Arbeitet an',
  idle: 'nichts',
  listed: 'Aufträge',
  listedOf: (listed, most) => `${listed} von ${most}`,
  more: (n) => `und ${n} weitere`,
  job: {
    NotAllowedToStart: 'hinterlegt',
    AllowedToStart: 'darf starten',
    Running: 'läuft',
    Interrupted: 'pausiert',
    Ended: 'fertig',
    Aborted: 'abgebrochen',
  },

  queue: 'Bestellungen auf dieser Linie',
  noQueue: 'Auf dieser Linie ist keine Bestellung.',
  orderAt: (station) => `bei ${station}`,
  orderBefore: (station) => `vor ${station}`,
  readyAt: 'Fertig',
  order: 'Bestellung',
  dryRun: 'Werte',

  needsYou: 'Braucht einen Menschen',
  wasBuilt: 'Wurde gebaut',
  wasNotBuilt: 'Wurde nicht gebaut',
  builtAsk: 'Wurde das Gerät an dieser Station gebaut?',
  builtExplain: 'Die Bestellung geht bei der nächsten Station weiter.',
  notBuiltAsk: 'Wurde das Gerät an dieser Station nicht gebaut?',
  notBuiltExplain:
    'Der Auftrag wird noch einmal übergeben. Wäre er doch gebaut worden, würde er ein zweites Mal gebaut.',
  unit: 'Auftrag',

  dryRunTitle: 'Was geschrieben würde',
  dryRunLead: 'Genau so, wie es die Bridge verließe. Es wird nichts gesendet.',
  dryRunObstacle: (why) => `Sie bekäme diese Bestellung jetzt nicht: ${why}.`,
  noMachine: 'nicht auf dieser Linie',
  field: 'Feld',
  value: 'Wert',
  origin: 'Woher',
  origins: {
    order: 'aus der Bestellung',
    rules: 'aus der Regeldatei',
    shopper: 'Worte der Kundin',
    standard: 'fest für jedes Gerät',
    content: 'alle Werte darüber (SHA-256)',
  },

  audit: 'Protokoll der Aufrufe',
  auditLead: 'Jeder Aufruf an diese Linie und jede Entscheidung hier. Es wird nur ergänzt.',
  noAudit: 'Noch wurde nichts aufgerufen.',
  auditWhen: 'Wann',
  auditWhat: 'Was',
  auditWho: 'Wer',
  auditResult: 'Ergebnis',
  auditCertificate: 'mit Zertifikat',
  older: 'Ältere Einträge',
  refresh: 'Neu laden',

  failed: {
    offline: 'Dieses Gerät ist offline. Nichts wurde geändert.',
    silent: 'Die Bridge hat nicht geantwortet. Sehen Sie nach der Linie, bevor Sie es noch einmal versuchen.',
    busy: 'Die Bridge ist beschäftigt oder kann nichts speichern. Nichts wurde geändert.',
  },
  refused: (detail) => `Nicht ausgeführt: ${detail}`,
}
