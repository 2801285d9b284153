/** Example data for tasks on own files: built-in tasks written in the supported formats. */
import { readBatch, type ReadSample } from '../read'
import { dates } from '../dates'
import { posTagging } from '../pos-tagging/pos-tagging'
import { sentiment } from '../sentiment'
import { topics } from '../topics'
import type { TaskInstance } from '../types'

const ROWS = 600

const rowsOf = (task: TaskInstance): ReadSample[] => readBatch(task.spec, task.trainBatch(0, 0, ROWS))

const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** CSV: text,label */
export function sentimentExample(): string {
  const rows = rowsOf(sentiment.create({}, null)).map(({ tokens, targets }) => [tokens.join(' '), String(targets[0])])
  return [['text', 'label'], ...rows].map((row) => row.map(csvCell).join(',')).join('\n')
}

/** JSON Lines: text, labels */
export function topicsExample(): string {
  const rows = rowsOf(topics.create({}, null))
  return rows.map(({ tokens, targets }) => JSON.stringify({ text: tokens.join(' '), labels: targets })).join('\n')
}

/** CoNLL: word, tag */
export function taggingExample(): string {
  const rows = rowsOf(posTagging.create({ language: 'en' }, null))
  return rows.map(({ tokens, targets }) => tokens.map((word, index) => `${word}\t${targets[index]!}`).join('\n')).join('\n\n')
}

/** TSV: source, target */
export function datesExample(): string {
  const rows = rowsOf(dates.create({ language: 'en' }, null))
  return ['source\ttarget', ...rows.map(({ source, targets }) => `${source.join(' ')}\t${targets.slice(0, -1).join('')}`)].join(
    '\n',
  )
}
