/** A plan change on its way: ids and small values. Names and prices are looked up when they are shown. */
export interface Wizard {
  /** The step to be answered next: 1 plan, 2 seats, 3 confirmation. */
  step: number
  planId?: number
  seats?: number
}
