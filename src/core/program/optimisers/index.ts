/** Every optimiser a lab can name: one line each. */
import type { Optimiser } from './settings'
import { adam } from './adam'
import { adamw } from './adamw'
import type { OptimiserDefinition } from './define'
import { sgd } from './sgd'

/** Give an entry the options of its own kind. */
export const optimisers: Readonly<Record<Optimiser['kind'], OptimiserDefinition>> = { sgd, adam, adamw }
