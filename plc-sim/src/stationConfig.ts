/** What a station can do and how fast. */
export interface StationConfig {
  /** Name of the machine item, the EquipmentID and the key in the ledger. */
  readonly id: string
  readonly displayName: string
  /** Ids of the work masters the station can do. */
  readonly workMasters: readonly string[]
  /** Ids of the materials a job order may name (MaterialDefinitionID of the receiver); absent: it says nothing about it. */
  readonly materials?: readonly string[]
  /** How many job orders run at once: the fixtures of the cell. */
  readonly slots: number
  /** Production time of one job at speed 1 when the order does not say (PlannedProductionTime), in ms. */
  readonly defaultDurationMs: number
  /** Ceiling of the job order list; the standard's UInt16. */
  readonly maxDownloadableJobOrders: number
}
