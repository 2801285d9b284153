/** A class through its real doors: codes, tickets, who may do what, and what is kept. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { ClassPart, ClassRuns, PupilPart, ThumbnailChange } from '@core/contract/class'
import { decodeMessage, encodeMessage } from '@core/contract/codec'
import { labEvents, labMethods, type LabMethods } from '@core/contract/lab'
import { connect } from '@core/contract/rpc'
import { newAbort } from '@core/contract/cancel'
import { fakeKit, fakeWorkers, type FakeWorkers } from '../service/testing/fake-workers'
import { description, type LabClient } from '../service/testing/clients'
import { pageHost } from '../service/page-host'
import { createService, type Service } from '../service/service'
import { findPageFiles } from '../web/page-files'
import { startWebServer, type WebServer } from '../web/server'
import { createDoor } from './door'
import { openRoll, type Roll } from './roll'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
let home: string
let roll: Roll
let service: Service
let server: WebServer
let workers: FakeWorkers
let time = 0

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'attention-lab-desk-'))
  await writeFile(join(home, 'index.html'), '<!doctype html><title>lab</title>')
  time = 1_000_000
  await open('Class 3')
})
afterEach(async () => {
  await shut()
  await rm(home, { recursive: true, force: true })
})
async function open(title: string): Promise<void> {
  roll = await openRoll(home, title)
  workers = fakeWorkers()
  const lessons = resolve(labs, '../lessons')
  service = await createService({
    lessons,
    home,
    labs,
    spawn: workers.spawn,
    roll,
    runsAtOnce: 1,
    addresses: () => ['http://10.0.0.5:7070'],
  })
  server = await startWebServer({
    files: await findPageFiles(home),
    ...{ host: '127.0.0.1', port: 0, door: createDoor(roll, () => time) },
    onConnect: (port, client) => void service.connect(port, client, pageHost(description)),
  })
}
async function shut(): Promise<void> {
  await server.close()
  await service.close()
}

interface Answer {
  readonly status: number
  readonly body: {
    readonly ticket?: string
    readonly key?: string
    readonly name?: string
    readonly title?: string
    readonly problem?: { readonly code: string }
  }
}
function ask(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? null)
  const options = { host: '127.0.0.1', port: server.port, path, method: body === undefined ? 'GET' : 'POST' }
  const all = {
    host: `127.0.0.1:${server.port}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  }
  return new Promise((done, failed) => {
    const request = httpRequest({ ...options, headers: all }, (response) => {
      let received = ''
      response.on('data', (part) => (received += String(part)))
      response.on('end', () =>
        done({
          status: response.statusCode ?? 0,
          body: received.startsWith('{') ? (JSON.parse(received) as Answer['body']) : {},
        }),
      )
    })
    request.on('error', failed).end(body === undefined ? undefined : text)
  })
}
const enter = (name: string, code = roll.code): Promise<Answer> => ask('/door/enter', { name, code })

/** The lab contract over a WebSocket as a page opens it; rejects with the status if it is refused. */
function socketOf(path: string, protocols: string[], origin = `http://127.0.0.1:${server.port}`): Promise<LabClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, protocols, { origin })
  socket.binaryType = 'arraybuffer'
  return new Promise((done, failed) => {
    socket.on('unexpected-response', (_, response) => failed(new Error(String(response.statusCode))))
    socket.on('error', failed)
    socket.on('open', () =>
      done(
        connect(
          {
            post: (message) => socket.send(encodeMessage(message)),
            onMessage: (listener) =>
              socket.on('message', (data) => listener(decodeMessage(new Uint8Array(data as ArrayBuffer)))),
            onClose: (listener) => socket.on('close', listener),
            close: () => socket.close(),
          },
          labMethods,
          labEvents,
        ),
      ),
    )
  })
}
const pupil = async (name: string): Promise<LabClient> =>
  socketOf('/socket', ['attention-lab', (await enter(name)).body.ticket!])
const teacher = (): Promise<LabClient> => socketOf(`${new URL(server.address).pathname}socket`, [])

async function partsOf<P>(
  client: LabClient,
  method: 'class.watch' | 'class.follow',
  parts: P[],
): Promise<{ last: () => P; stop: () => void }> {
  const abort = newAbort()
  const call = client.call[method] as (argument: object, options: object) => Promise<null>
  call({}, { signal: abort.signal, onPart: (part: P) => void parts.push(part) }).catch(() => undefined)
  await vi.waitFor(() => expect(parts.length).toBeGreaterThan(0))
  return { last: () => parts.at(-1)!, stop: () => abort.abort() }
}

describe('the door', () => {
  it('shows the page and the title to everybody, but no code', async () => {
    expect((await ask('/')).status).toBe(200)
    const { status, body } = await ask('/door')
    expect([status, body]).toEqual([200, { title: 'Class 3', isOpen: true }])
  })

  it('lets in who knows the class code, as typed by hand, and back who has a personal code', async () => {
    const first = await enter('李 雷', ` ${roll.code.toLowerCase().slice(0, 2)}-${roll.code.slice(2)} `)
    expect(first).toMatchObject({ status: 200, body: { name: '李 雷' } })
    const again = await ask('/door/back', { key: first.body.key!.toLowerCase() })
    expect(again.body).toMatchObject({ name: '李 雷', key: first.body.key! })
    expect(roll.pupils).toHaveLength(1)
  })

  it.each<[string, () => Promise<Answer>, string]>([
    ['a wrong class code', () => enter('Eve', '0000'), 'class.wrong-code'],
    ['no name', () => enter(' \u200b '), 'class.no-name'],
    ['a wrong personal code', () => ask('/door/back', { key: '00000000' }), 'class.wrong-code'],
    ['an empty personal code', () => ask('/door/back', { key: '' }), 'class.wrong-code'],
    ['no JSON', () => ask('/door/enter', 'name=Eve'), 'class.wrong-code'],
    ['a list', () => ask('/door/enter', []), 'class.wrong-code'],
    ['a megabyte', () => ask('/door/enter', { name: 'x'.repeat(1_000_000), code: roll.code }), 'class.wrong-code'],
  ])('refuses %s', async (_, attempt, code) => {
    const { status, body } = await attempt()
    expect([status, body.problem?.code]).toEqual([403, code])
    expect(roll.pupils).toHaveLength(0)
  })

  it('allows ten wrong codes a minute from an address, right ones included afterwards', async () => {
    for (let i = 0; i < 10; i++) expect((await enter('Eve', '0000')).body.problem?.code).toBe('class.wrong-code')
    expect((await enter('Ada')).body.problem?.code).toBe('class.too-many-attempts')
    expect((await ask('/door/back', { key: '00000000' })).body.problem?.code).toBe('class.too-many-attempts')
    time += 60_001
    expect((await enter('Ada')).status).toBe(200)
  })

  it('counts simultaneous guesses too', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => enter('Eve', '0000')))
    const codes = answers.map(({ body }) => body.problem?.code)
    expect(codes.filter((code) => code === 'class.wrong-code')).toHaveLength(10)
    expect(codes.filter((code) => code === 'class.too-many-attempts')).toHaveLength(50)
  })

  it('lets a whole class in at the same moment, from one address, and back again', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => enter(`Pupil ${index}`)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const back = await Promise.all(answers.map(({ body }) => ask('/door/back', { key: body.key })))
    expect(back.map(({ status }) => status)).toEqual(back.map(() => 200))
  })

  it('loses no pupil to a change of the list at the same moment', async () => {
    const names = ['Ada', 'Bo', 'Cleo']
    await Promise.all(names.flatMap((name) => [enter(name), roll.change({ title: `with ${name}` })]))
    expect(roll.pupils.map(({ name }) => name).sort()).toEqual(names)
    expect(roll.title).toMatch(/^with /)
  })

  it('is closed to new pupils, not to those who come back', async () => {
    const { body } = await enter('Ada')
    await roll.change({ isOpen: false })
    expect((await enter('Bo')).body.problem?.code).toBe('class.closed')
    expect((await ask('/door/back', { key: body.key })).status).toBe(200)
  })

  it.each([
    ['another site’s page', { origin: 'http://evil.example' }],
    ['a foreign name', { host: 'evil.example' }],
  ])('answers nothing to %s', async (_, headers) => {
    expect((await ask('/door/enter', { name: 'Eve', code: roll.code }, headers)).status).toBe(403)
    expect(roll.pupils).toHaveLength(0)
  })

  it('takes a form of another site for nothing', async () => {
    expect((await ask('/door/enter', { name: 'Eve', code: roll.code }, { 'content-type': 'text/plain' })).status).toBe(405)
  })
})

describe('a ticket', () => {
  it('opens one socket, once, within a minute, from this page', async () => {
    const ticket = (await enter('Ada')).body.ticket!
    await expect(socketOf('/socket', ['attention-lab', ticket], 'http://evil.example')).rejects.toThrow('403')
    const client = await socketOf('/socket', ['attention-lab', ticket])
    expect(await client.call['labs.list']({})).not.toHaveLength(0)
    await expect(socketOf('/socket', ['attention-lab', ticket])).rejects.toThrow('403')
    const late = (await enter('Bo')).body.ticket!
    time += 60_001
    await expect(socketOf('/socket', ['attention-lab', late])).rejects.toThrow('403')
    await expect(socketOf('/socket', ['attention-lab'])).rejects.toThrow('403')
    await expect(socketOf(`/socket?ticket=${late}`, [])).rejects.toThrow('403')
  })
})

describe('a pupil', () => {
  it('may call nothing of the owner’s', async () => {
    const client = await pupil('Eve')
    const owners = (Object.keys(labMethods) as (keyof LabMethods)[]).filter(
      (name) => !labMethods[name].roles.includes('learner'),
    )
    expect(owners).toEqual(expect.arrayContaining(['files.save', 'kits.grade', 'class.key', 'class.grade', 'class.watch']))
    for (const name of owners) {
      const call = client.call[name] as (argument: unknown) => Promise<unknown>
      await expect(call({}), name).rejects.toMatchObject({ code: 'not-allowed' })
    }
  })

  it('is answered with a sentence, whatever it sends, and the others are answered all the same', async () => {
    const [eve, ada] = [await pupil('Eve'), await pupil('Ada')]
    const odd: readonly unknown[] = [
      null,
      [],
      7,
      '',
      'x'.repeat(100_000),
      { id: '../../x' },
      { run: '../../class' },
      { id: 'a'.repeat(64), kit: {} },
    ]
    const learners = (Object.keys(labMethods) as (keyof LabMethods)[]).filter((name) =>
      labMethods[name].roles.includes('learner'),
    )
    for (const name of learners) {
      for (const argument of odd) {
        const abort = newAbort()
        const call = eve.call[name] as (argument: unknown, options: object) => Promise<unknown>
        const outcome = await Promise.race([
          call(argument, { signal: abort.signal, onPart: () => abort.abort() }).then(
            () => 'answered',
            (error: unknown) => (error as { code: string }).code,
          ),
          new Promise((resolve) => setTimeout(() => resolve('silent'), 3000)),
        ])
        expect(outcome, `${name} ${JSON.stringify(argument).slice(0, 40)}`).not.toMatch(/^(internal|silent)$/)
        if (outcome === 'class.too-fast') await new Promise((resolve) => setTimeout(resolve, 500))
      }
    }
    expect(await ada.call['labs.list']({})).not.toHaveLength(0)
    expect(roll.pupils).toHaveLength(2)
  })

  it('has a workspace of its own, which the personal code leads back to after a restart', async () => {
    const { body } = await enter('Ada')
    const client = await socketOf('/socket', ['attention-lab', body.ticket!])
    await client.call['memory.remember']({ key: 'layout', value: 'mine' })
    const other = await pupil('Ada') // the same name is another person
    expect(await other.call['memory.recall']({})).toEqual({})
    const owner = await teacher()
    const { id: kit } = await owner.call['kits.add']({ bytes: new Uint8Array([0xaa]) })
    await owner.call['class.change']({ kit })
    await shut()
    await open('')
    expect([roll.title, roll.kit]).toEqual(['Class 3', kit])
    const again = (await ask('/door/back', { key: body.key })).body.ticket!
    const back = await socketOf('/socket', ['attention-lab', again])
    expect(await back.call['memory.recall']({})).toEqual({ layout: 'mine' })
  })

  it('has at most two runs under way, and takes turns with the others', async () => {
    const [ada, bo] = [await pupil('Ada'), await pupil('Bo')]
    const lab = await ada.call['labs.read']({ id: 'reverse' })
    const start = (client: LabClient) => client.call['runs.start']({ lab, engine: 'tfjs', data: null })
    const [first, second] = [await start(ada), await start(ada)]
    expect([first.state, second.queue]).toEqual(['running', 1])
    await expect(start(ada)).rejects.toMatchObject({ code: 'class.runs' })
    expect((await start(bo)).queue).toBe(1) // before the second of Ada
    await vi.waitFor(async () => {
      const state = await ada.call['runs.command']({ run: second.run, command: 'pause' }).catch((error: unknown) => error)
      expect(state).toMatchObject({ code: 'run.queued', params: { place: 2 } })
    })
  })

  it('cannot fill the disk of the desk', { timeout: 120_000 }, async () => {
    const [eve, ada] = [await pupil('Eve'), await pupil('Ada')]
    const value = 'x'.repeat(90_000_000)
    for (const key of ['layout', 'theme', 'language'] as const) await eve.call['memory.remember']({ key, value })
    await new Promise((resolve) => setTimeout(resolve, 3100)) // until the folder is measured again
    await expect(eve.call['memory.remember']({ key: 'projector', value })).rejects.toMatchObject({ code: 'class.quota' })
    await ada.call['memory.remember']({ key: 'layout', value: 'small' })
  })

  it('is slowed down when it calls too often', async () => {
    const client = await pupil('Eve')
    const calls = Array.from({ length: 400 }, () =>
      client.call['labs.list']({}).catch((error: unknown) => (error as { code: string }).code),
    )
    const refused = (await Promise.all(calls)).filter((result) => result === 'class.too-fast' || result === 'too-many-calls')
    expect(refused.length).toBeGreaterThan(50)
    expect(refused.length).toBeLessThan(400)
  })
})

describe('the teacher', () => {
  it('sees who is here, who needs help and how far everybody is', async () => {
    const owner = await teacher()
    const { last, stop } = await partsOf<ClassPart>(owner, 'class.watch', [])
    expect(last()).toMatchObject({ title: 'Class 3', code: roll.code, addresses: ['http://10.0.0.5:7070'], pupils: [] })
    const ada = await pupil('Ada')
    await ada.call['progress.keep']({
      lesson: 'scaling',
      progress: { screen: 2, done: ['a'], answers: { 'quiz-why': [1, 2, 0], other: [1, 2, 3] }, time: 5 },
    })
    await ada.call['class.help']({ wanted: true })
    await vi.waitFor(
      () =>
        expect(last().pupils).toMatchObject([
          { name: 'Ada', isConnected: true, lesson: { id: 'scaling', screen: 2, done: 1 }, help: ['asked', 'wrong-answers'] },
        ]),
      5000,
    )
    const { id } = last().pupils[0]!
    expect(await owner.call['class.key']({ pupil: id })).toBe(roll.pupils[0]!.key)
    expect(await owner.call['class.answers']({ lesson: 'scaling' })).toEqual({ 'quiz-why': [[1, 2, 0]], other: [[1, 2, 3]] })
    expect(await owner.call['class.answers']({ lesson: 'start' })).toEqual({})
    await owner.call['class.helped']({ pupil: id })
    ada.close()
    await vi.waitFor(() => expect(last().pupils).toMatchObject([{ isConnected: false, help: ['wrong-answers'] }]), 5000)
    await expect(owner.call['class.key']({ pupil: '000000000000' })).rejects.toMatchObject({ code: 'class.unknown-pupil' })
    stop()
  })

  it('brings everybody somewhere, shows a lab, and pauses all', async () => {
    const owner = await teacher()
    const ada = await pupil('Ada')
    const { last } = await partsOf<PupilPart>(ada, 'class.follow', [])
    await owner.call['class.bring']({ lesson: 'scaling' })
    await vi.waitFor(() => expect(last()).toMatchObject({ announcements: 1, lesson: 'scaling', lab: null }))
    const lab = await owner.call['labs.read']({ id: 'reverse' })
    await owner.call['class.bring']({ lab })
    await vi.waitFor(() => expect(last()).toMatchObject({ announcements: 2, lesson: null, lab: { task: { kind: 'reverse' } } }))

    const { run } = await ada.call['runs.start']({ lab, engine: 'tfjs', data: null })
    await owner.call['class.change']({ isPaused: true })
    await vi.waitFor(() => expect(last().isPaused).toBe(true))
    expect(workers.processes[0]!.status.state).toBe('paused')
    await owner.call['class.change']({ isPaused: false })
    await vi.waitFor(() => expect(workers.processes[0]!.status.state).toBe('running'))
    expect(run).toBeTruthy()
  })

  it('looks at a copy of a pupil’s lab', async () => {
    const owner = await teacher()
    const ada = await pupil('Ada')
    const id = roll.pupils[0]!.id
    expect(await owner.call['class.screen']({ pupil: id })).toEqual({ lab: null, curve: null })
    const document = { ...(await ada.call['labs.read']({ id: 'reverse' })), title: 'mine' }
    const draft = { window: 'w', dirty: true, time: 1, document, path: null, name: null, data: null, run: null, history: null }
    await ada.call['drafts.keep']({ id: 'one', draft })
    expect(await owner.call['class.screen']({ pupil: id })).toMatchObject({ lab: { title: 'mine' } })
    await ada.call['runs.start']({ lab: { ...document, title: 'trained' }, engine: 'tfjs', data: null })
    workers.processes[0]!.emit('telemetry', {
      series: { loss: { steps: Int32Array.of(1, 2), values: Float32Array.of(3, 2) } },
      stepsPerSecond: 1,
    })
    await vi.waitFor(async () =>
      expect((await owner.call['class.screen']({ pupil: id })).curve?.values).toEqual(Float32Array.of(3, 2)),
    )
  })

  it('sees the screens of those it asks for, then what changes', async () => {
    const owner = await teacher()
    const [ada] = [await pupil('Ada'), await pupil('Bo')]
    const [id] = roll.pupils.map((each) => each.id)
    const parts: Readonly<Record<string, ThumbnailChange>>[] = []
    const abort = newAbort()
    const looking = owner.call['class.screens'](
      { pupils: [id!, '000000000000'] },
      { signal: abort.signal, onPart: (part) => void parts.push(part) },
    )
    await vi.waitFor(() => expect(parts).toEqual([{ [id!]: { lab: null, curve: null } }]))
    const document = { ...(await ada.call['labs.read']({ id: 'reverse' })), title: 'mine' }
    const draft = { window: 'w', dirty: true, time: 1, document, path: null, name: null, data: null, run: null, history: null }
    await ada.call['drafts.keep']({ id: 'one', draft })
    await vi.waitFor(() => expect(parts.slice(1)).toMatchObject([{ [id!]: { lab: { title: 'mine' } } }]), 5000)
    abort.abort()
    await expect(looking).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('shows a lab to everybody with seeds of their own, and gets one experiment of them', async () => {
    const owner = await teacher()
    const pupils = [await pupil('Ada'), await pupil('Bo')]
    const heard = await Promise.all(pupils.map((client) => partsOf<PupilPart>(client, 'class.follow', [])))
    const lab = await owner.call['labs.read']({ id: 'reverse' })
    await owner.call['class.bring']({ lab, ownSeeds: true })
    await vi.waitFor(() => expect(heard.map(({ last }) => last().hasOwnSeed)).toEqual([true, true]))
    const labs = heard.map(({ last }) => last().lab!)
    expect(labs.map(({ training }) => training.seed)).toEqual([lab.training.seed + 1, lab.training.seed + 2])

    const parts: ClassRuns[] = []
    const call = { onPart: (part: ClassRuns) => void parts.push(part) }
    owner.call['class.runs']({ experiment: null }, call).catch(() => undefined)
    await vi.waitFor(() => expect(parts).toEqual([{ experiments: [], chosen: null, runs: [] }]))
    for (const [index, client] of pupils.entries()) {
      await client.call['runs.start']({ lab: labs[index]!, engine: 'tfjs', data: null })
      await vi.waitFor(() => expect(workers.processes).toHaveLength(index + 1))
      workers.processes[index]!.tell({ state: 'finished', step: lab.training.steps })
    }
    await vi.waitFor(() => expect(parts.at(-1)!.chosen).toMatchObject({ pupils: 2, seeds: 2, repeats: 0 }), 5000)
    expect(parts.at(-1)!.runs).toMatchObject([
      { pupil: 'Ada', seed: lab.training.seed + 1, counts: true },
      { pupil: 'Bo', seed: lab.training.seed + 2, counts: true },
    ])
    await owner.call['class.bring']({ lab })
    await vi.waitFor(() =>
      expect(heard.map(({ last }) => last().lab!.training.seed)).toEqual([lab.training.seed, lab.training.seed]),
    )
  })

  it('gets what everybody has worked on for a report', async () => {
    const owner = await teacher()
    const ada = await pupil('Ada')
    await pupil('Bo')
    const lesson = (time: number, ...done: string[]) => ({ screen: 1, done, answers: {}, time })
    await ada.call['progress.keep']({ lesson: 'start', progress: lesson(5, 'a') })
    await ada.call['progress.keep']({ lesson: 'scaling', progress: lesson(9, 'a', 'b') })
    await ada.call['runs.start']({ lab: await ada.call['labs.read']({ id: 'reverse' }), engine: 'tfjs', data: null })
    const lessons = [
      { id: 'scaling', done: 2 },
      { id: 'start', done: 1 },
    ]
    expect(await owner.call['class.report']({})).toMatchObject([
      { pupil: { name: 'Ada', run: { state: 'running' } }, lessons, runs: 1, finished: 0 },
      { pupil: { name: 'Bo', run: null }, lessons: [], runs: 0, finished: 0 },
    ])
  })

  it('hands out a kit, and gets each submission once', async () => {
    const owner = await teacher()
    const ada = await pupil('Ada')
    await expect(ada.call['class.takeKit']({})).rejects.toMatchObject({ code: 'kit.unknown' })
    const { id: kit } = await owner.call['kits.add']({ bytes: new Uint8Array([0xaa]) })
    await expect(owner.call['class.change']({ kit: 'b'.repeat(64) })).rejects.toMatchObject({ code: 'kit.unknown' })
    await owner.call['class.change']({ kit })
    expect(await ada.call['class.takeKit']({})).toEqual(fakeKit(0xaa))

    const submission = { id: 'aaaaaaaa-1111', kit, runs: [] }
    const [first, second] = await Promise.all([ada.call['class.handIn'](submission), ada.call['class.handIn'](submission)])
    expect(second).toEqual(first)
    await ada.call['class.handIn']({ ...submission, id: 'aaaaaaaa-2222' })
    const works = await owner.call['class.works']({})
    expect(works.map(({ pupil: name }) => name)).toEqual(['Ada', 'Ada'])
    const grade = (file: string) => owner.call['class.grade']({ kit, file })
    await expect(grade(works[0]!.file)).rejects.toMatchObject({ code: 'archive.not-zip' }) // as the worker says
    expect(workers.processes.at(-1)!.calls.gradeWork).toMatchObject([{ work: new Uint8Array(), trainAgain: true, hand: {} }])
    await expect(grade('../class.json')).rejects.toMatchObject({ code: 'file.missing' })
  })

  it('may change the code; the list is readable by the owner only, and a damaged one is never replaced', async () => {
    const before = roll.code
    await (await teacher()).call['class.change']({ newCode: true })
    expect(roll.code).not.toBe(before)
    expect((await enter('Ada', before)).status).toBe(403)
    await writeFile(join(home, 'class.json'), '{"format": "attention-lab-class", "ver')
    await expect(openRoll(home, '')).rejects.toMatchObject({ code: 'class.damaged' })
    expect(await readFile(join(home, 'class.json'), 'utf8')).toContain('"ver')
  })
})
