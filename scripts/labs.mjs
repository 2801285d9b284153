/**
 * Writes the built-in labs of `resources/labs` that are composed from common parts, with the workbench's layout. `reverse`, `pos-tagging`
 * and `characters` were drawn by hand and are not changed. Run again after changing a lab here.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Elk from 'elkjs/lib/elk.bundled.js'
import { format, resolveConfig } from 'prettier'
import { runnerImport } from 'vite'
import { main, root } from './process.mjs'

/** The canvas size for layouts, in canvas units. */
const canvas = { width: 1100, height: 640 }
/** Distance between rows of blocks. */
const rowHeight = 152

await main(async () => {
  const load = async (file) => {
    const options = {
      configFile: /** @type {const} */ (false),
      root,
      resolve: { alias: { '@core': join(root, 'src/core'), '@engine': join(root, 'src/engine') } },
    }
    return (await runnerImport(join(root, file), options)).module
  }
  const { composeLab } = await load('src/core/models/compose.ts')
  const parts = await load('src/core/models/parts.ts')
  const { tidyEdit } = await load('src/renderer/canvas/tidy.ts')
  const elk = new Elk()
  for (const [id, { compose, frozen, ...said }] of Object.entries(labsOf(parts))) {
    const composed = composeLab(said, compose)
    const lab = frozen ? parts.freeze(composed, ({ kind }) => kind === 'multi-head', frozen) : composed
    const laidOut = { ...lab, graph: { ...lab.graph, nodes: await placed(lab, (part) => tidyEdit(part, elk, canvas)) } }
    const file = join(root, 'resources/labs', `${id}.json`)
    await writeFile(file, await format(JSON.stringify(laidOut), { ...(await resolveConfig(file)), parser: 'json' }))
  }
})

/** Positions the nodes: encoder above decoder, each laid out separately. */
async function placed(lab, tidy) {
  const { nodes, edges } = lab.graph
  const above = nodes.filter(({ id }) => id.startsWith('source'))
  const placedNodes = []
  let top = 0
  for (const part of [above, nodes.filter((node) => !above.includes(node))].filter(({ length }) => length > 0)) {
    const ids = new Set(part.map(({ id }) => id))
    const inside = edges.filter(({ from, to }) => ids.has(from.node) && ids.has(to.node))
    const edit = await tidy({ ...lab, graph: { nodes: part, edges: inside } })
    const places = part.map((node) => ({ ...node, position: edit?.positions?.[node.id] ?? node.position }))
    placedNodes.push(...places.map(({ position: { x, y }, ...node }) => ({ ...node, position: { x, y: y + top } })))
    top = Math.max(0, ...placedNodes.map(({ position }) => position.y)) + rowHeight
  }
  return nodes.map(({ id }) => placedNodes.find((node) => node.id === id))
}

/**
 * All labs: texts, goal and graph.
 * @returns {Record<string, any>}
 */
function labsOf({ attentionFromScratch, embed, encoderDecoder, judgeSequence, layers }) {
  const small = { attention: { heads: 4 }, feedForward: { hidden: 64 } }
  const learned = { width: 32 }
  /** An encoder with one class per token. */
  const classes = (options = {}, embedding = {}) => ({
    compose: (c) => {
      const x = layers(c, embed(c, { ...learned, ...embedding }), { ...small, ...options })
      c.place('classifier', 'classifier', {}, { x })
    },
  })
  /** An encoder with one output per sequence. */
  const sequences = (output, method, options = {}, embedding = {}) => ({
    compose: (c) =>
      judgeSequence(c, layers(c, embed(c, { ...learned, ...embedding }), { ...small, ...options }), { output, method }),
  })
  const writer = (cross = {}) => ({ compose: (c) => encoderDecoder(c, { width: 32, ...small, cross: { heads: 4, ...cross } }) })
  const goal = (atLeast, steps, metric = 'accuracy') => ({ metric, atLeast, steps })
  const training = (steps, more = {}) => ({ steps, learningRate: 2e-3, ...more })
  const reversing = { kind: 'reverse', params: { minLength: 8, length: 8 } }
  const tagging = { kind: 'pos-tagging', params: {} }
  const recalling = { kind: 'first-token', params: { length: 24 } }

  return {
    'recall-attention': {
      title: { en: 'Long-range recall with attention', zh: '用注意力回忆远处的词元' },
      summary: {
        en: 'Recall the first of 24 letters after reading all of them. Attention reaches it directly; compare with the recurrent network.',
        zh: '读完 24 个字母后回忆第一个字母。注意力可以直接访问它；请与循环网络比较。',
      },
      questions: [1],
      goal: goal(0.95, 400),
      task: recalling,
      training: training(400),
      ...sequences('sequence-classifier', 'last', { feedForward: null }, { position: { method: 'sinusoidal' } }),
    },
    'recall-recurrent': {
      title: { en: 'Long-range recall with a recurrent network', zh: '用循环网络回忆远处的词元' },
      summary: {
        en: 'The same task for a GRU, which must carry the first letter through every step. Increase the length and watch it fail.',
        zh: '同样的任务改用 GRU，它必须让第一个字母的信息经过每一步保留下来。增大序列长度，看它怎样失败。',
      },
      questions: [1],
      goal: goal(0.9, 1500),
      task: { kind: 'first-token', params: { length: 12 } },
      training: training(1500, { learningRate: 5e-3 }),
      compose: (c) => {
        const x = embed(c, { width: 32, position: null })
        c.place('recurrent', 'recurrent', { cell: 'gru', width: 32 }, { x })
        c.place('output', 'sequence-classifier', {}, { x: 'recurrent.last' })
      },
    },
    adding: {
      title: { en: 'The adding problem', zh: '加法问题' },
      summary: {
        en: 'Add the two marked numbers in a long sequence. Attention finds the marked ones, the output layer adds them.',
        zh: '把一长串数中两个带标记的数相加。注意力找到带标记的数，输出层把它们相加。',
      },
      questions: [1],
      goal: goal(0.9, 1500),
      task: { kind: 'adding', params: { length: 16 } },
      training: training(1500, { schedule: { kind: 'linear', warmup: 100, floor: 0.1 } }),
      compose: (c) => {
        c.place('numbers', 'numbers')
        const x = c.place('linear', 'linear', { width: 32 }, { x: 'numbers' })
        // Norms would remove the magnitudes to be added; with them, the losses oscillate and amplify rounding errors.
        judgeSequence(c, layers(c, x, { ...small, layers: 2, norms: 'none' }), { output: 'regression' })
      },
    },
    'single-head': {
      title: { en: 'A single head', zh: '单个注意力头' },
      summary: {
        en: 'Only embedding, positional encoding, one attention head and a classifier. Look at X, Q, K, V, scores, weights and output.',
        zh: '只有嵌入、位置编码、一个注意力头和分类器。看看 X、Q、K、V、分数、权重和输出。',
      },
      questions: [2],
      goal: goal(0.95, 600),
      task: reversing,
      training: training(600, { learningRate: 3e-3 }),
      compose: (c) => {
        const x = c.place('attention', 'self-attention', {}, { x: embed(c, learned) })
        c.place('classifier', 'classifier', {}, { x })
      },
    },
    positions: {
      title: { en: 'Order needs positional encoding', zh: '顺序离不开位置编码' },
      summary: {
        en: 'Which letter came first? Set the positional encoding to none, and the model can no longer tell.',
        zh: '哪个字母在最前面？把位置编码设为“无”，模型就无法判断了。',
      },
      questions: [3],
      goal: goal(0.95, 400),
      task: { kind: 'first-token', params: { length: 8 } },
      training: training(400),
      ...sequences('sequence-classifier', 'last', {}, { position: { method: 'sinusoidal' } }),
    },
    rotary: {
      title: { en: 'Rotary position embedding', zh: '旋转位置编码' },
      summary: {
        en: 'Positional information inside attention: queries and keys are rotated by their positions. Try ALiBi instead.',
        zh: '在注意力内部加入位置信息：按位置旋转查询和键。也可以换成 ALiBi 试试。',
      },
      questions: [3],
      goal: goal(0.95, 800),
      task: tagging,
      training: training(800),
      ...classes({ attention: { heads: 4, positions: 'rope' } }, { position: null }),
    },
    'associative-recall': {
      title: { en: 'Queries, keys and values', zh: '查询、键和值' },
      summary: {
        en: 'Letter–digit pairs, then one of the letters again: which digit belongs to it? The first layer joins the pairs, the second looks them up.',
        zh: '先给出若干“字母—数字”对，再给出其中一个字母：对应的数字是几？第一层把每一对联系起来，第二层负责查找。',
      },
      questions: [4],
      goal: goal(0.95, 1500),
      task: { kind: 'associative-recall', params: { pairs: 3, symbols: 6 } },
      training: training(1500, { learningRate: 3e-3, batchSize: 64 }),
      ...sequences('sequence-classifier', 'last', { layers: 2 }),
    },
    'frozen-projections': {
      title: { en: 'Random queries and keys', zh: '随机的查询和键' },
      summary: {
        en: 'The matrices for queries and keys stay frozen at their random initial values; everything else is trained. How well does that work?',
        zh: '查询和键的权重矩阵冻结在随机初始值，其余部分照常训练。效果如何？',
      },
      questions: [4],
      goal: goal(0.9, 800),
      task: reversing,
      training: training(800),
      frozen: ['query', 'query-bias', 'key', 'key-bias'],
      ...classes(),
    },
    'additive-scores': {
      title: { en: 'Additive score function', zh: '加性评分函数' },
      summary: {
        en: 'Bahdanau attention: a small network computes the score of each query–key pair. Five other score functions are available.',
        zh: 'Bahdanau 注意力：由一个小网络计算每对查询和键的分数。另有五种评分函数可选。',
      },
      questions: [5],
      goal: goal(0.95, 600),
      task: reversing,
      training: training(600),
      ...classes({ attention: { heads: 4, score: 'additive', scale: 'none' } }),
    },
    'relu-attention': {
      title: { en: 'ReLU instead of softmax', zh: '用 ReLU 代替 softmax' },
      summary: {
        en: 'The weights are no longer a probability distribution, but the model learns all the same. Switch to softmax, sigmoid or sparsemax and compare.',
        zh: '权重不再是概率分布，但模型仍能学会。换成 softmax、sigmoid 或 sparsemax 比较一下。',
      },
      questions: [6],
      goal: goal(0.95, 600),
      task: reversing,
      training: training(600),
      ...classes({ attention: { heads: 4, normaliser: 'relu' } }),
    },
    'from-scratch': {
      title: { en: 'Attention from scratch', zh: '从零搭建注意力' },
      summary: {
        en: 'Three linear maps, dot products, a scale, a softmax and a weighted sum: together exactly what the attention block computes. Try muting single values.',
        zh: '三个线性变换、点积、缩放、softmax 和加权求和，合起来正是注意力模块的计算。试试停用单个值。',
      },
      questions: [2, 7],
      goal: goal(0.95, 600),
      task: reversing,
      training: training(600, { learningRate: 3e-3 }),
      compose: (c) => {
        const x = attentionFromScratch(c, embed(c, learned), 32)
        c.place('classifier', 'classifier', {}, { x })
      },
    },
    'without-diagonal': {
      title: { en: 'Self-attention without the diagonal', zh: '去掉对角线的自注意力' },
      summary: {
        en: 'No word may attend to itself, and tagging works just as well: “self” means that queries, keys and values come from one sequence.',
        zh: '每个词都不能关注自身，标注同样准确：“自”是指查询、键和值来自同一个序列。',
      },
      questions: [8],
      goal: goal(0.95, 800),
      task: tagging,
      training: training(800),
      ...classes({ attention: { heads: 4, mask: 'without-diagonal' } }),
    },
    'merged-heads': {
      title: { en: 'ReLU and softmax after the heads', zh: '在多头之后加 ReLU 和 softmax' },
      summary: {
        en: 'Heads merged as in one of the common answers to the question. Compare with the standard merge, which has neither ReLU nor softmax.',
        zh: '按照对这个问题的一种常见回答来合并各头。请与标准做法比较：标准做法既没有 ReLU，也没有 softmax。',
      },
      questions: [9, 10],
      goal: goal(0.9, 800),
      task: tagging,
      training: training(800),
      ...classes({ attention: { heads: 4, merge: 'linear-relu-softmax' } }),
    },
    'bert-tagger': {
      title: { en: 'A tagger in the style of BERT', zh: 'BERT 式词性标注' },
      summary: {
        en: 'Two layers that see the whole sentence, with post-norm and dropout, as in BERT.',
        zh: '两层都能看到整个句子，采用后置归一化和 dropout，与 BERT 相同。',
      },
      questions: [9],
      goal: goal(0.95, 800),
      task: tagging,
      training: training(800, { schedule: { kind: 'linear', warmup: 80, floor: 0.1 } }),
      ...classes({
        layers: 2,
        norms: 'after',
        attention: { heads: 4, dropout: 0.1 },
        feedForward: { hidden: 128, dropout: 0.1 },
      }),
    },
    'two-heads': {
      title: { en: 'Two heads, merged by hand', zh: '手动合并两个头' },
      summary: {
        en: 'Two single heads, concatenated along the features and combined by a linear layer: multi-head attention built from parts.',
        zh: '两个单头沿特征轴拼接，再由线性层合并：这就是用部件搭建的多头注意力。',
      },
      questions: [11],
      goal: goal(0.9, 800),
      task: tagging,
      training: training(800),
      compose: (c) => {
        const x = embed(c, learned)
        for (const head of [1, 2]) c.place(`head-${head}`, 'self-attention', { keyWidth: 16, valueWidth: 16 }, { x })
        c.place('concat', 'concat', { axis: 'feature' }, { a: 'head-1', b: 'head-2' })
        c.place('mix', 'linear', { width: 32 }, { x: 'concat' })
        c.place('add', 'add', {}, { a: x, b: 'mix' })
        c.place('classifier', 'classifier', {}, { x: 'add' })
      },
    },
    'wide-heads': {
      title: { en: 'Heads of full width', zh: '全宽的头' },
      summary: {
        en: 'Four heads, each as wide as all heads together usually are: four times the parameters. Switch to split and compare the number of parameters.',
        zh: '四个头，每个头的宽度都等于通常所有头的总宽度，因此参数量是四倍。改成平分，再比较参数量。',
      },
      questions: [12],
      goal: goal(0.95, 600),
      task: reversing,
      training: training(600),
      ...classes({ attention: { heads: 4, headWidth: 'full' } }),
    },
    induction: {
      title: { en: 'Induction heads', zh: '归纳头' },
      summary: {
        en: 'A pattern repeats: what comes next? A head in the first layer finds the previous token, the head of the next layer finds what followed it. Give that layer more heads, and they share the work.',
        zh: '模式不断重复：接下来是什么？前一层的一个头找到前一个词元，后一层的头找到它后面的词元。给后一层更多的头，它们就会分担这项工作。',
      },
      questions: [13],
      goal: goal(0.9, 1500),
      task: { kind: 'induction', params: {} },
      training: training(1500, { learningRate: 3e-3 }),
      ...classes({ layers: 2, attention: { heads: 4, mask: 'causal' }, last: { heads: 1 } }),
    },
    initialisers: {
      title: { en: 'Small initial weights', zh: '较小的初始权重' },
      summary: {
        en: 'All matrices are drawn from a normal distribution with standard deviation 0.02, as in GPT-2. Try He, orthogonal or zeros, and watch the histograms.',
        zh: '所有矩阵都用标准差为 0.02 的正态分布初始化，与 GPT-2 相同。试试 He、正交或全零初始化，并观察直方图。',
      },
      questions: [14],
      goal: goal(0.95, 600),
      task: reversing,
      training: training(600),
      ...classes({
        layers: 2,
        attention: { heads: 4, initialiser: 'normal' },
        feedForward: { hidden: 64, initialiser: 'normal' },
      }),
    },
    sort: {
      title: { en: 'Sort letters', zh: '字母排序' },
      summary: {
        en: 'The same model as the one that reverses letters: start from the weights of such a run, and see whether it helps.',
        zh: '模型与反转字母序列的相同：以那个模型训练好的权重为初始值，看看是否有帮助。',
      },
      questions: [15],
      goal: goal(0.9, 800),
      task: { kind: 'sort', params: { minLength: 6, length: 10 } },
      training: training(800),
      ...classes({ layers: 2 }),
    },
    sentiment: {
      title: { en: 'One class per text', zh: '每段文本一个类别' },
      summary: {
        en: 'How positive is a review? “Not” and “although” reverse the meaning, so the model has to read the whole text.',
        zh: '一句英语评价有多正面？not 和 although 会使意思反转，所以模型必须读完整个句子。',
      },
      questions: [16],
      goal: goal(0.85, 2000),
      task: { kind: 'sentiment', params: {} },
      training: training(2000),
      ...sequences('sequence-classifier', 'mean', { layers: 2 }),
    },
    topics: {
      title: { en: 'Several labels per text', zh: '每段文本多个标签' },
      summary: {
        en: 'What is a text about? Any number of topics, each predicted by its own sigmoid.',
        zh: '一段文本涉及哪些主题？可以有任意多个，每个主题由各自的 sigmoid 预测。',
      },
      questions: [16],
      goal: goal(0.9, 1200, 'f1Micro'),
      task: { kind: 'topics', params: {} },
      training: training(1200),
      ...sequences('multi-label', 'mean', { layers: 2 }),
    },
    translator: {
      title: { en: 'Numbers from words to digits', zh: '把文字写的数转换成数字' },
      summary: {
        en: 'An encoder reads, a decoder generates, and cross attention shows which word each digit comes from.',
        zh: '编码器读取，解码器生成，交叉注意力显示每个数字来自哪个词。',
      },
      questions: [17],
      goal: goal(0.95, 2500, 'exactMatch'),
      task: { kind: 'numbers', params: { digits: 4 } },
      // With little weight decay it is right about long numbers but wrong about held-out short ones: 75 to 94 % of all, by seed.
      training: training(2500, {
        learningRate: 3e-3,
        optimiser: { kind: 'adamw', weightDecay: 1 },
        schedule: { kind: 'cosine', warmup: 100 },
      }),
      ...writer(),
    },
    dates: {
      title: { en: 'Dates, with scheduled sampling', zh: '日期转换与计划采样' },
      summary: {
        en: 'A decoder generates dates and receives the ground truth less and less often during training. Compare its accuracy with teacher forcing and free-running.',
        zh: '解码器生成日期，训练中以真值为输入的概率逐渐降低。比较教师强制与自由运行时的准确率。',
      },
      questions: [18],
      goal: goal(0.9, 600, 'freeAccuracy'),
      task: { kind: 'dates', params: {} },
      training: training(600, { learningRate: 3e-3, teacherForcing: { schedule: 'linear', start: 1, end: 0, halfway: 300 } }),
      ...writer(),
    },
    'batch-norm': {
      title: { en: 'Batch norm in a Transformer', zh: 'Transformer 中的批归一化' },
      summary: {
        en: 'Batch norm instead of layer norm. It works with a batch size of 32; reduce it to 1 and see what changes.',
        zh: '用批归一化代替层归一化。批量大小为 32 时没有问题；减小到 1，看看有什么变化。',
      },
      questions: [19],
      goal: goal(0.93, 800),
      task: tagging,
      training: training(800),
      ...classes({ norm: { method: 'batch' } }),
    },
    'layer-norm': {
      title: { en: 'Layer norm step by step', zh: '层归一化的逐步计算' },
      summary: {
        en: 'Eight features, one norm, one classifier: click a number to see how it is computed. The model sees each word on its own.',
        zh: '八个特征、一个归一化、一个分类器：点击数字，查看它是怎样算出来的。模型只看每个词本身。',
      },
      questions: [20],
      goal: goal(0.8, 600),
      task: tagging,
      training: training(600, { learningRate: 1e-2 }),
      compose: (c) => {
        const x = c.place('norm', 'norm', {}, { x: embed(c, { width: 8, position: null }) })
        c.place('classifier', 'classifier', {}, { x })
      },
    },
    'tiny-gpt': {
      title: { en: 'A tiny GPT', zh: '迷你 GPT' },
      summary: {
        en: 'Two causal layers predict the next character; the output shares its weights with the embedding. Small enough to train in a minute.',
        zh: '两个因果层预测下一个字符，输出与嵌入共享权重。模型很小，一分钟就能训练完。',
      },
      questions: [],
      goal: goal(0.35, 600),
      task: { kind: 'characters', params: { length: 32 } },
      training: training(600, { learningRate: 3e-3, batchSize: 16, schedule: { kind: 'cosine', warmup: 50, floor: 0.1 } }),
      compose: (c) => {
        const x = embed(c, { width: 64, embedding: { deviation: 0.1 } })
        const y = layers(c, x, { layers: 2, attention: { heads: 4, mask: 'causal' }, feedForward: { hidden: 256 } })
        c.place('next-token', 'next-token', {}, { x: y, table: 'embedding.table' })
      },
    },
  }
}
