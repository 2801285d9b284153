/** The labs of the version fixtures, all small and trained for few steps. */
import { loadSource } from './host.mjs'

/** Repetitive, so that a small model can memorise it. */
export const ownText = 'the cat sat on the mat and the dog sat on the log. '.repeat(30)

const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
/** A table with two columns: two digits as words, and as a number. */
export const numberPairs = [
  'source\ttarget',
  ...Array.from({ length: 100 }, (_, number) => {
    const [tens, ones] = [Math.floor(number / 10), number % 10]
    return `${digits[tens]} ${digits[ones]}\t${tens}${ones}`
  }),
].join('\n')

/** Composes the labs with the clone's own code, so that every document has its version. */
export async function composeLabs(clone) {
  const { composeLab } = await loadSource(clone, 'src/core/lab/compose.ts')
  const { embed, encoderDecoder, judgeSequence, layers } = await loadSource(clone, 'src/core/lab/models.ts')
  const { readyGroups } = await loadSource(clone, 'src/core/graph/ready-groups.ts')

  const width = 8
  const small = { attention: { heads: 2 }, feedForward: { hidden: 16 } }
  const usual = { batchSize: 8, learningRate: 0.01, evaluateEvery: 10 }
  const reversing = (symbols) => ({ kind: 'reverse', params: { length: 6, minLength: 3, symbols } })
  /** One class per token. */
  const tagger = (said, settings = {}, position = { method: 'learned' }) =>
    composeLab({ ...said, training: { ...usual, ...said.training } }, (c) => {
      const x = layers(c, embed(c, { width, position }), { ...small, ...settings })
      c.place('classifier', 'classifier', {}, { x })
    })
  const dropout = (said) => tagger(said, {}, { method: 'learned', dropout: 0.2 })
  const translator = (said) =>
    composeLab({ ...said, training: { ...usual, ...said.training } }, (c) =>
      encoderDecoder(c, { width, ...small, cross: { heads: 2 } }),
    )
  const writer = (said) =>
    composeLab({ ...said, training: { ...usual, ...said.training } }, (c) => {
      const attention = { heads: 2, mask: 'causal' }
      const x = layers(c, embed(c, { width: 16 }), { attention, feedForward: { hidden: 32 } })
      c.place('next-token', 'classifier', {}, { x })
    })
  const characters = { kind: 'characters', params: { length: 16 } }

  const grouped = composeLab({ title: 'Two blocks in a group', task: reversing(5), training: { ...usual, steps: 20 } }, (c) => {
    const x = embed(c, { width })
    c.nodes.push({
      id: 'block',
      kind: 'group',
      params: { group: 'transformer-block', repeat: 2, heads: 2, hidden: 16 },
      position: { x: 600, y: 0 },
    })
    c.edges.push({ from: { node: x, port: 'y' }, to: { node: 'block', port: 'x' } })
    c.place('classifier', 'classifier', {}, { x: 'block.y' })
  })

  return {
    reverse: tagger({ title: { en: 'Reverse', zh: '反转' }, task: reversing(5), training: { steps: 20 } }),
    widerReverse: tagger({ title: 'Reverse six symbols', task: reversing(6), training: { steps: 10, seed: 2 } }),
    recall: composeLab(
      {
        title: 'First token, with batch norm',
        task: { kind: 'first-token', params: { length: 8, symbols: 4 } },
        training: { ...usual, steps: 20, accumulate: 2, optimiser: { kind: 'sgd', momentum: 0.9 } },
      },
      (c) => judgeSequence(c, layers(c, embed(c, { width }), { ...small, norm: { method: 'batch' } }), { method: 'last' }),
    ),
    characters: writer({ title: 'Own text', task: characters, training: { steps: 200 } }),
    numbers: translator({
      title: 'Numbers',
      task: { kind: 'numbers', params: { language: 'en', digits: 2 } },
      training: { steps: 60, teacherForcing: { schedule: 'linear', start: 1, end: 0.5, halfway: 20 } },
    }),
    pairs: translator({
      title: 'Own pairs',
      task: { kind: 'own-pairs', params: { writtenUnits: 'characters' } },
      training: { steps: 300 },
    }),
    dropout: dropout({
      title: 'Stopped in the middle',
      task: reversing(5),
      training: { steps: 60, schedule: { kind: 'cosine', warmup: 5, floor: 0.1 }, patience: 50 },
    }),
    interrupted: dropout({ title: 'Host killed', task: reversing(5), training: { steps: 800, evaluateEvery: 400 } }),
    /** The squared error grows until it is no longer finite. */
    diverging: composeLab(
      {
        title: 'Diverging',
        task: { kind: 'adding', params: { length: 8 } },
        training: { ...usual, steps: 200, learningRate: 100, optimiser: { kind: 'sgd' }, clipNorm: null },
      },
      (c) => {
        c.place('numbers', 'numbers')
        const x = c.place('linear', 'linear', { width }, { x: 'numbers' })
        judgeSequence(c, x, { output: 'regression' })
      },
    ),
    groups: { ...grouped, graph: { ...grouped.graph, groups: { 'transformer-block': readyGroups['transformer-block'] } } },
  }
}
