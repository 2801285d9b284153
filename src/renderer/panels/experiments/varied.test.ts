import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readLab } from '@core/lab/read'
import { numbersIn, ofTraining, settingAt, settingsOf, valueAt } from './varied'

const lab = readLab(JSON.parse(readFileSync('resources/labs/single-head.json', 'utf8')))

test('the settings of a block, of the training, and of nothing', () => {
  expect(settingsOf(lab, 'attention').map(({ name }) => name)).toEqual(expect.arrayContaining(['scale', 'mask']))
  expect(settingsOf(lab, ofTraining).map(({ name }) => name)).toContain('learningRate')
  expect(settingsOf(lab, 'nowhere')).toEqual([])
  expect(valueAt(lab, settingAt('embedding', 'width'))).toBe(32)
  expect(valueAt(lab, settingAt(ofTraining, 'batchSize'))).toBe(lab.training.batchSize)
})

test('numbers are read as people write them, and a wrong one is not left out silently', () => {
  const read = (text: string, place: string, setting: string) => numbersIn(text, lab, settingAt(place, setting))
  expect(read('0.1, 1e-3、0.01 0.1', ofTraining, 'learningRate')).toEqual([0.1, 0.001, 0.01])
  expect(read('8；16', 'embedding', 'width')).toEqual([8, 16])
  expect(read('', ofTraining, 'batchSize')).toEqual([])
  for (const wrong of ['8, 2.5', '8, many', '8, 0', '8, −8']) expect(read(wrong, ofTraining, 'batchSize')).toBeNull()
  expect(read('8, 0', 'embedding', 'width')).toBeNull()
  expect(read('8', 'nowhere', 'width')).toBeNull()
})
