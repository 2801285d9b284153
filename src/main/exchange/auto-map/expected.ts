/** Our own numbers, with which a folder for transformers is compared. */
import { stream } from '@core/random/stream'
import { decode, encode, type Tokeniser } from '@core/tokenisers'
import type { Batch } from '@core/tasks/types'
import type { Executor } from '@engine/executor'
import { batchFeeds } from '@engine/feeds'
import { bannedTokens, beamSearch, without } from '@engine/generation/decoding'
import { chooseToken, createPromptDecoder } from '@engine/generation/prompt-decoder'
import { createSourceDecoder } from '@engine/generation/source-decoder'
import { openModel, type Model } from '@engine/model'
import type { SafeTensor } from '@engine/safetensors'
import { batchTensors } from '../pytorch/batches'
import type { Leaving } from '../pytorch/folder'
import { expanded } from '../pytorch/still'
import { formOf } from './folder'
import { tokenizerFile } from './tokeniser'

/** Sequences of the batch. */
const rows = 8
/** Tokens that are generated on both sides. */
const most = 100
const promptTokens = 4

interface Generated {
  /** Token ids of a prompt or a source. */
  readonly given: readonly number[]
  readonly tokens: readonly number[]
}

interface Tokenised {
  readonly text: string
  readonly ids: readonly number[]
  /** Whether decoding gives the text again, in both libraries. */
  readonly decodes: boolean
}

export interface Expected {
  /** `batch/…` by the names of Python, and `logits`. */
  readonly tensors: ReadonlyMap<string, SafeTensor>
  /** Empty for models that do not generate. */
  readonly generated: readonly Generated[]
  /** Texts with their token ids, by the folder of the tokeniser. */
  readonly tokenised: Readonly<Record<string, readonly Tokenised[]>>
}

/** `isNative`: for a class of transformers, which does not go on beyond the window. Throws LabError of a lab that does not compile. */
export async function computeExpected(
  executor: Executor,
  { lab, spec, task, weights, step }: Omit<Leaving, 'optimiser' | 'learningRate'>,
  isNative: boolean,
): Promise<Expected> {
  const model = openModel(executor, { lab: expanded(lab), spec, states: weights, step })
  try {
    const batch = task?.evaluationBatch(0, rows) ?? anyBatch(model)
    const { program, executable } = model.program('infer', { batch: rows })
    const { shape } = program.outputs.get('logits')!
    const outputs = await executable.run(batchFeeds(program, batch, new Map()), ['logits'])
    const parts = [...batchTensors(batch, spec.signature, rows)]
    const tensors = new Map(parts.map(([name, tensor]): [string, SafeTensor] => [`batch/${name}`, tensor]))
    const { tokeniser, source } = spec
    const target = samplesOf(tokeniser, batch.tokens, batch.mask)
    const { generates } = formOf(spec.signature)
    return {
      tensors: tensors.set('logits', { shape, data: outputs.get('logits')! }),
      generated: generates ? await generated[generates](model, batch, isNative) : [],
      tokenised: source ? { '.': samplesOf(source, batch.source!, batch.sourceMask), target } : { '.': target },
    }
  } finally {
    model.dispose()
  }
}

/** Where the task's data is not at hand: tokens at random, all of them real. */
function anyBatch({ signature: { length, vocabulary, source, features, padded } }: Model): Batch {
  const random = stream(1, 'export')
  const ids = (count: number, most: number) => Int32Array.from({ length: count }, () => random.integer(most))
  const ones = (count: number) => new Float32Array(count).fill(1)
  const tokens = ids(rows * length, vocabulary)
  return {
    ...{ tokens, targets: tokens },
    ...(padded && { mask: ones(rows * length) }),
    ...(source && { source: ids(rows * source.length, source.vocabulary), sourceMask: ones(rows * source.length) }),
    ...(features > 0 && { features: random.fillNormal(new Float32Array(rows * length * features), 0, 1) }),
  }
}

/** The texts of a batch, as far as they are texts. */
function samplesOf(tokeniser: Tokeniser, ids: Int32Array, mask?: Float32Array): Tokenised[] {
  const decodes = tokenizerFile(tokeniser)?.decodes ?? false
  const signs = 'signs' in tokeniser ? tokeniser.signs : 0
  return rowsOf(ids, mask).flatMap((row) => {
    const text = decode(
      tokeniser,
      row.filter((id) => id >= signs),
    )
    return text === '' ? [] : [{ text, ids: encode(tokeniser, text, 'leave out').ids, decodes }]
  })
}

function rowsOf(ids: Int32Array, mask?: Float32Array): number[][] {
  const length = ids.length / rows
  return Array.from({ length: rows }, (_, row) =>
    Array.from(ids.subarray(row * length, (row + 1) * length)).filter((_, at) => mask?.[row * length + at] !== 0),
  )
}

/** The most probable tokens, one after another. */
const generated = {
  async next(model: Model, { tokens }: Batch, isNative: boolean): Promise<Generated[]> {
    const banned = bannedTokens(model.spec, { allowUnknown: true })
    const prompts = rowsOf(tokens).slice(0, 1)
    const decoder = createPromptDecoder(model)
    const found: Generated[] = []
    try {
      for (const row of prompts) {
        const given = row.slice(0, promptTokens)
        const ids = [...given]
        const end = isNative ? Math.min(model.signature.length, given.length + most) : given.length + most
        while (ids.length < end) {
          const [logits] = await decoder.logits([ids])
          ids.push(chooseToken(without(banned, logits!), 0, 0, 0))
        }
        found.push({ given, tokens: ids.slice(given.length) })
      }
    } finally {
      decoder.dispose()
    }
    return found
  },

  async source(model: Model, { source, sourceMask }: Batch): Promise<Generated[]> {
    const { written, length } = model.signature
    const banned = bannedTokens(model.spec, { allowUnknown: true })
    const found: Generated[] = []
    for (const given of rowsOf(source!, sourceMask).filter((row) => row.length > 0)) {
      const next = createSourceDecoder(model, given, 1)
      const [best] = await beamSearch(next, { width: 1, lengthPenalty: 0, length, banned, ...written! })
      found.push({ given, tokens: best!.ids })
    }
    return found
  },
} as const
