import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readLab } from '@core/lab/read'
import { numbersIn, ofTraining, settingAt, settingsOf, valueAt } from './varied'

const lab = readLab(JSON.parse(readFileSync('resources/labs/single-head.json', 'utf8')))
const any = () => true

test('the settings of a block, of the training, and of nothing', () => {
  expect(settingsOf(lab, 'attention').map(({ name }) => name)).toEqual(expect.arrayContaining(['scale', 'mask']))
  expect(settingsOf(lab, ofTraining).map(({ name }) => name)).toContain('learningRate')
  expect(settingsOf(lab, 'nowhere')).toEqual([])
  expect(valueAt(lab, settingAt('embedding', 'width'))).toBe(32)
  expect(valueAt(lab, settingAt(ofTraining, 'batchSize'))).toBe(lab.training.batchSize)
})

test('numbers are read as people write them, and a wrong one is not left out silently', () => {
  const [rate, batch] = ['learningRate', 'batchSize'].map((name) =>
    settingsOf(lab, ofTraining).find((each) => each.name === name)!,
  )
  expect(numbersIn('0.1, 1e-3、0.01 0.1', rate!, any)).toEqual([0.1, 0.001, 0.01])
  expect(numbersIn('', batch!, any)).toEqual([])
  expect(numbersIn('8, 2.5', batch!, any)).toBeNull()
  expect(numbersIn('8, many', batch!, any)).toBeNull()
  expect(numbersIn('8, 0', batch!, (value) => value > 0)).toBeNull()
})
