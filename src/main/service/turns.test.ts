import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Turns } from './turns'

it('runs work in the order in which it came, also after a failure', async () => {
  const turns = new Turns()
  const order: string[] = []
  const work = (name: string, delay: number) => async () => {
    await sleep(delay)
    order.push(name)
    if (name === 'bad') throw new Error('bad')
    return name
  }
  const slow = turns.take(work('slow', 20))
  const bad = turns.take(work('bad', 5))
  const quick = turns.take(work('quick', 0))
  await expect(bad).rejects.toThrow('bad')
  expect(await Promise.all([slow, quick])).toEqual(['slow', 'quick'])
  expect(order).toEqual(['slow', 'bad', 'quick'])
})

it('is over when all work is done', async () => {
  const turns = new Turns()
  let done = false
  void turns.take(async () => {
    await sleep(10)
    done = true
  })
  await turns.over()
  expect(done).toBe(true)
})
