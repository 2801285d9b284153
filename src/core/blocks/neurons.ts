/** The gate of hidden neurons. There may be thousands, so they are chosen from a picture and not measured one after another. */

/** Local name of the gate with one multiplier per neuron. */
export const neurons = 'neurons'
/** Whether a gate, `node/name`, is of single neurons. */
export const isOfNeurons = (gate: string): boolean => gate.endsWith(`/${neurons}`)
