import type { Override } from '../meta/describe'

/** What one unit costs is not added up. */
export const product: Override = { sums: [] }
