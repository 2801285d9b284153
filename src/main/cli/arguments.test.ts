import { describe, expect, it, test } from 'vitest'
import { textsIn } from '../texts'
import { parseCommand, UsageError } from './arguments'

const parse = (line: string) => parseCommand(line.split(' ').filter(Boolean), textsIn('en'))

describe('valid arguments', () => {
  it.each([
    ['labs', { name: 'labs', json: false }],
    ['labs --json', { name: 'labs', json: true }],
    ['check reverse --json', { name: 'check', json: true, lab: 'reverse', data: null, trial: true }],
    ['check --no-trial reverse', { name: 'check', json: false, lab: 'reverse', data: null, trial: false }],
    ['report a b --out c.html', { name: 'report', json: false, runs: ['a', 'b'], out: 'c.html' }],
    ['check own --data rows.csv', { name: 'check', json: false, lab: 'own', data: 'rows.csv', trial: true }],
    [
      'serve --lessons mine',
      { name: 'serve', json: false, host: '127.0.0.1', port: 0, open: false, lessons: 'mine', classTitle: null },
    ],
    ['serve', { name: 'serve', json: false, host: '127.0.0.1', port: 0, open: false, lessons: null, classTitle: null }],
    ['desk', { name: 'serve', json: false, host: '0.0.0.0', port: 7070, open: false, lessons: null, classTitle: '' }],
    [
      'desk --title 3a --port 80 --json',
      { name: 'serve', json: true, host: '0.0.0.0', port: 80, open: false, lessons: null, classTitle: '3a' },
    ],
    [
      'serve --host 0.0.0.0 --port=8080 --open',
      { name: 'serve', json: false, host: '0.0.0.0', port: 8080, open: true, lessons: null, classTitle: null },
    ],
    [
      'train --steps 10 my.lab.json --seed 0 --shards 2 --engine tfjs --data text.txt --from pretrained --out run',
      {
        name: 'train',
        json: false,
        lab: 'my.lab.json',
        steps: 10,
        seed: 0,
        shards: 2,
        engine: 'tfjs',
        data: 'text.txt',
        from: 'pretrained',
        out: 'run',
        resume: null,
      },
    ],
    [
      'train reverse',
      {
        name: 'train',
        json: false,
        lab: 'reverse',
        steps: null,
        seed: null,
        shards: null,
        engine: 'auto',
        data: null,
        from: null,
        out: null,
        resume: null,
      },
    ],
    [
      'train --resume run --steps 10 --data text.txt',
      {
        name: 'train',
        json: false,
        lab: '',
        steps: 10,
        seed: null,
        shards: null,
        engine: 'auto',
        data: 'text.txt',
        from: null,
        out: null,
        resume: 'run',
      },
    ],
    [
      'generate run --temperature 0.5 --length 10 --prompt=x --samples 3',
      {
        name: 'generate',
        json: false,
        lab: 'run',
        engine: 'auto',
        best: false,
        prompt: 'x',
        length: 10,
        temperature: 0.5,
        ...{ topK: 0, topP: 1, seed: 1, samples: 3, source: null, beam: 1, lengthPenalty: 0, allowUnknown: true, mute: [] },
      },
    ],
    [
      'generate run --source=三月 --beam 4 --length-penalty 0.6 --top-k 5 --top-p 0.9 --json',
      {
        name: 'generate',
        json: true,
        lab: 'run',
        engine: 'auto',
        best: false,
        prompt: '',
        length: 200,
        temperature: null,
        ...{
          topK: 5,
          topP: 0.9,
          seed: 1,
          samples: 1,
          source: '三月',
          beam: 4,
          lengthPenalty: 0.6,
          allowUnknown: true,
          mute: [],
        },
      },
    ],
    [
      'predict run --text abc --json',
      { name: 'predict', json: true, lab: 'run', engine: 'auto', best: false, text: 'abc', source: null, mute: [] },
    ],
    [
      'predict run --text abc --best',
      { name: 'predict', json: false, lab: 'run', engine: 'auto', best: true, text: 'abc', source: null, mute: [] },
    ],
    [
      'predict run --text=199 --source=三月 --engine tfjs --mute norm --mute=multi-head/heads:1,3',
      {
        ...{ name: 'predict', json: false, lab: 'run', engine: 'tfjs', best: false, text: '199', source: '三月' },
        mute: ['norm', 'multi-head/heads:1,3'],
      },
    ],
    [
      'bench --models nano,tiny --engines tfjs --json',
      { name: 'bench', json: true, models: ['nano', 'tiny'], engines: ['tfjs'] },
    ],
    [
      'bench',
      {
        name: 'bench',
        json: false,
        models: ['tiny', 'small', 'nano', 'medium'],
        engines: ['onnxruntime', 'tfjs', 'pytorch', 'plainTfjs'],
      },
    ],
    [
      'experiment',
      { name: 'experiment', id: null, all: false, quick: false, seeds: null, out: null, engine: 'auto', json: false },
    ],
    [
      'experiment heads --quick --engine tfjs',
      { name: 'experiment', id: 'heads', all: false, quick: true, seeds: null, out: null, engine: 'tfjs', json: false },
    ],
    [
      'experiment heads --seeds 3,1,3 --out all.json',
      {
        name: 'experiment',
        id: 'heads',
        all: false,
        quick: false,
        seeds: [3, 1],
        out: 'all.json',
        engine: 'auto',
        json: false,
      },
    ],
    ['lesson check mine --train', { name: 'lesson', action: 'check', folder: 'mine', json: false, train: true }],
    [
      'experiment --all --json',
      { name: 'experiment', id: null, all: true, quick: false, seeds: null, out: null, engine: 'auto', json: true },
    ],
    ['--help', { name: 'help' }],
    ['train --help', { name: 'help' }],
    ['--version', { name: 'version' }],
  ])('%s', (line, command) => expect(parse(line)).toEqual(command))
})

test('treats an empty prompt as none', () => {
  for (const given of [['--prompt', ''], ['--prompt=']]) {
    expect(parseCommand(['generate', 'run', ...given], textsIn('en'))).toMatchObject({ name: 'generate', prompt: '' })
  }
  expect(() => parseCommand(['generate', 'run', '--source', ''], textsIn('en'))).toThrow('“--source” needs a value')
})

describe('a usage error states the problem', () => {
  it.each([
    ['', /Specify a command/],
    ['fly', /no command “fly”/],
    ['constructor', /no command “constructor”/],
    ['labs reverse', /does not accept the argument “reverse”/],
    ['labs --steps 3', /“labs” has no option “--steps”/],
    ['check', /needs a lab/],
    ['check a --no-trial=yes', /“--no-trial” takes no value/],
    ['train a --no-trial', /“train” has no option “--no-trial”/],
    ['experiment heads --seeds 1,x', /--seeds 1,x/],
    ['experiment a b', /does not accept the argument “b”/],
    ['experiment heads --all', /does not accept the argument “heads”/],
    ['check a --data', /“--data” needs a value/],
    ['check a b', /does not accept the argument “b”/],
    ['train reverse --step 3', /no option “--step”/],
    ['train reverse -s 3', /no option “-s”/],
    ['train reverse --steps', /“--steps” needs a value/],
    ['train reverse --steps --seed 1', /“--steps” needs a value/],
    ['train reverse --steps 0', /from 1 to 10000000, not “0”/],
    ['train reverse --steps 1e3', /not “1e3”/],
    ['train reverse --steps=-1', /not “-1”/],
    ['train reverse --seed 4294967296', /not “4294967296”/],
    ['train reverse --engine gpu', /no engine “gpu”/],
    ['train --resume run reverse', /does not accept the argument “reverse”/],
    ['train --resume run --seed 2', /“--resume” cannot be used together with “--seed”/],
    ['train --resume run --out other', /together with “--out”/],
    ['train --resume', /“--resume” needs a value/],
    ['train reverse --json=yes', /“--json” takes no value/],
    ['train reverse --__proto__ 1', /no option “--__proto__”/],
    ['generate', /needs a lab/],
    ['generate run --temperature hot', /number from 0 to 10, not “hot”/],
    ['generate run --temperature 11', /not “11”/],
    ['generate run --samples 0', /not “0”/],
    ['predict --text abc', /needs a lab/],
    ['predict run', /“predict” needs the option “--text”/],
    ['predict run --text', /“--text” needs a value/],
    ['predict run --text a --beam 4', /no option “--beam”/],
    ['bench --models huge', /must be one of tiny, small, nano, medium, not “huge”/],
    ['bench --engines tfjs,', /not “”/],
    ['bench nano', /does not accept the argument “nano”/],
    ['serve --port 70000', /from 0 to 65535/],
    ['serve here', /does not accept the argument “here”/],
  ])('%s', (line, sentence) => {
    expect(() => parse(line)).toThrow(UsageError)
    expect(() => parse(line)).toThrow(sentence)
  })
})
