/**
 * The task of an imported model: a text, one's own or the built-in one, in the tokens of that model. Its last tenth is for validation.
 * Where nothing was imported, tokens are bytes.
 */
import { z } from 'zod'
import { LabError, type Problem } from '../../errors'
import { lastTenth } from '../next-token/last-tenth'
import { windowsTask } from '../next-token/windows'
import { defineTask } from '../types'
import { splitData } from './data'
import { maskedTask, plainIds } from './masked'

export const pretrained = defineTask({
  kind: 'pretrained',
  params: z.strictObject({
    length: z.number().int().min(4).max(8192).default(64),
    /** What is predicted: the next token, or hidden ones from both sides. */
    objective: z.enum(['next', 'masked']).default('next'),
  }),
  data: 'optional',
  create({ length, objective }, data) {
    const { tokeniser, text } = splitData(data)
    const boundary = lastTenth(text)
    const notices: Problem[] = []
    const training = plainIds(tokeniser, text.slice(0, boundary))
    const validation = plainIds(tokeniser, text.slice(boundary))
    if (training.length === 0 || validation.length === 0) throw new LabError('text.empty')
    const fewest = Math.min(training.length, validation.length)
    const times = Math.ceil((length + 1) / fewest)
    if (times > 1)
      notices.push({ code: 'text.repeated', params: { tokens: training.length + validation.length, length, times } })
    const ids = new Int32Array(times * (training.length + validation.length))
    for (let time = 0; time < times; time++) {
      ids.set(training, time * training.length)
      ids.set(validation, times * training.length + time * validation.length)
    }
    const whole = { kind: 'pretrained', tokeniser, ids, validationStart: times * training.length, notices }
    if (objective === 'next') return windowsTask(whole, length)
    const framed = 'before' in tokeniser ? tokeniser : { ...tokeniser, before: [], after: [], found: [] }
    return maskedTask({ ...whole, tokeniser: framed as Parameters<typeof maskedTask>[0]['tokeniser'] }, length)
  },
})
