/** The boundaries of ARCHITECTURE.md, held on every import. Tests may reach across; the application may not. */
/** Tests, and what only tests import. */
const test = '(\\.test\\.ts$|/testing(/|\\.ts$))'
const door = (name, library, folder) => ({
  name,
  comment: `${library} enters through ${folder} only.`,
  severity: 'error',
  from: { path: '^src/', pathNot: [`^${folder}`, test] },
  to: { path: `^(node_modules/)?(${library})(/|$)` },
})

/** Core's folders, each of which imports only those before it: so they form no ring. Files at the root of core are below all. */
const coreOrder = [
  'locales',
  'random',
  'program',
  'blocks',
  'tokenisers',
  'tasks',
  'metrics',
  'series',
  'lab',
  'models',
  'graph',
  'heads',
  'embeddings',
  'experiments',
  'sweeps',
  'lessons',
  'classroom',
  'contract',
  'report',
  'onnx',
]
const coreRule = (folder, index) => ({
  name: `core-order-${folder}`,
  comment: `core/${folder} imports only ${['the root of core', ...coreOrder.slice(0, index)].join(', ')}.`,
  severity: 'error',
  from: { path: `^src/core/${folder}/`, pathNot: test },
  to: { path: '^src/core/[^/]+/', pathNot: `^src/core/(${coreOrder.slice(0, index + 1).join('|')})/` },
})

module.exports = {
  forbidden: [
    ...coreOrder.map(coreRule),
    {
      name: 'core-root-is-lowest',
      comment: 'Files at the root of core import only each other and the texts.',
      severity: 'error',
      from: { path: '^src/core/[^/]+\\.ts$', pathNot: test },
      to: { path: '^src/core/(?!locales/)[^/]+/' },
    },
    {
      name: 'core-is-pure',
      comment: 'core imports itself, zod and dequal; its one codec also imports msgpack.',
      severity: 'error',
      from: { path: '^src/core/', pathNot: [test, '^src/core/contract/codec\\.ts$'] },
      to: { pathNot: ['^src/core/', '^node_modules/(zod|dequal)/'] },
    },
    {
      name: 'codec-is-pure',
      comment: 'The codec imports core, zod and msgpack.',
      severity: 'error',
      from: { path: '^src/core/contract/codec\\.ts$' },
      to: { pathNot: ['^src/core/', '^node_modules/(zod|@msgpack/msgpack)/'] },
    },
    {
      name: 'engine-is-pure',
      comment:
        'The engine imports core, itself and zod, and TensorFlow.js in its folder: what it needs of Node or a page is handed in.',
      severity: 'error',
      from: { path: '^src/engine/', pathNot: test },
      to: { pathNot: ['^src/(core|engine)/', '^node_modules/(zod|@tensorflow/[^/]+)/'] },
    },
    {
      name: 'electron-in-its-place',
      comment: 'Everything but the desktop host, the preload and the desktop root runs in plain Node.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/main/electron/', '^src/preload/', '^src/main/index\\.ts$', test] },
      to: { path: '^(electron$|node_modules/electron/)' },
    },
    {
      name: 'renderer-knows-no-host',
      comment: 'The renderer imports core, never main, preload or Node.',
      severity: 'error',
      from: { path: '^src/renderer/', pathNot: test },
      to: { path: '^src/(main|preload)/' },
    },
    {
      name: 'renderer-runs-in-a-browser',
      severity: 'error',
      from: { path: '^src/renderer/', pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'main-knows-no-renderer',
      comment: 'Main and preload import core, never the renderer.',
      severity: 'error',
      from: { path: '^src/(main|preload)/', pathNot: test },
      to: { path: '^src/renderer/' },
    },
    door('door-tensorflow', '@tensorflow/[^/]+', '(src/engine/tfjs/|src/renderer/training/wasm-files\\.ts$)'),
    door('door-onnxruntime', 'onnxruntime-[^/]+', 'src/main/engine/onnxruntime/'),
    door('door-echarts', 'echarts|vue-echarts|zrender', 'src/renderer/charts/'),
    door('door-vue-flow', '@vue-flow/[^/]+', 'src/renderer/canvas/'),
    door('door-ws', 'ws', 'src/main/web/'),
    door('door-hyparquet', 'hyparquet', 'src/main/service/parquet\\.ts$'),
    door('door-multicast-dns', 'multicast-dns', 'src/main/desk/multicast\\.ts$'),
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      comment: 'A file nobody imports is dead, unless it is where a program starts.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          test,
          '\\.d\\.ts$',
          '^src/main/(index|serve|cli|worker/(index|shard))\\.ts$',
          '^src/preload/index\\.ts$',
          '^src/renderer/main\\.ts$',
          '^src/renderer/public/', // copied as it is, and loaded by index.html
        ],
      },
      to: {},
    },
    {
      name: 'no-test-in-application',
      severity: 'error',
      from: { pathNot: [test] },
      to: { path: test },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads somewhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'Packages are named in package.json.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'shipped',
      comment:
        'What main and the engine load at run time is a dependency, not a development dependency: the installers carry only those.',
      severity: 'error',
      from: { path: '^src/(main|engine)/', pathNot: test },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/electron/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
}
