/**
 * The benchmark's GPT as usually written with TensorFlow.js: operations on tensors, tf.variableGrads, its Adam, the WASM backend.
 * TensorFlow.js has no AdamW, and no gradient of gather on WASM, so embeddings are one-hot products, as is usual there.
 *
 * Started by `attention-lab bench` with the model as JSON in its first argument. Each line on standard input requests steps, `{"steps":
 * 20}`; each line on standard output is the result.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { createInterface } from 'node:readline'
import * as tf from '@tensorflow/tfjs'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'

const { width, layers, heads, length, vocabulary, batch } = JSON.parse(process.argv[2] ?? '{}')
setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep)
await tf.setBackend('wasm')
await tf.ready()

const normal = (shape, deviation = 0.02) => tf.variable(tf.randomNormal(shape, 0, deviation))
const dense = (inputs, outputs) => ({ weight: normal([inputs, outputs]), bias: tf.variable(tf.zeros([outputs])) })
const norm = () => ({ gain: tf.variable(tf.ones([width])), bias: tf.variable(tf.zeros([width])) })
const model = {
  embedding: normal([vocabulary, width]),
  position: normal([length, width]),
  layers: Array.from({ length: layers }, () => ({
    normAttention: norm(),
    project: dense(width, 3 * width),
    output: dense(width, width),
    normFeedForward: norm(),
    widen: dense(width, 4 * width),
    narrow: dense(4 * width, width),
  })),
  norm: norm(),
  classifier: dense(width, vocabulary),
}
const optimiser = tf.train.adam(1e-3, 0.9, 0.999, 1e-8)
const forbidden = tf.tidy(() =>
  tf.linalg
    .bandPart(tf.ones([length, length]), -1, 0)
    .sub(1)
    .mul(1e9),
)

const linear = (x, { weight, bias }) => {
  const rows = x.reshape([-1, x.shape.at(-1)])
  return rows
    .matMul(weight)
    .add(bias)
    .reshape([...x.shape.slice(0, -1), weight.shape[1]])
}
const normalise = (x, { gain, bias }) => {
  const { mean, variance } = tf.moments(x, -1, true)
  return x.sub(mean).div(variance.add(1e-5).sqrt()).mul(gain).add(bias)
}
const gelu = (x) => x.mul(0.5).mul(x.div(Math.SQRT2).erf().add(1))
const splitHeads = (x) => x.reshape([batch, length, heads, width / heads]).transpose([0, 2, 1, 3])
function attend(x, layer) {
  const [queries, keys, values] = tf.split(linear(x, layer.project), 3, 2).map(splitHeads)
  const scores = tf.matMul(queries, keys, false, true).mul(1 / Math.sqrt(width / heads))
  const joined = tf
    .matMul(tf.softmax(scores.add(forbidden)), values)
    .transpose([0, 2, 1, 3])
    .reshape([batch, length, width])
  return linear(joined, layer.output)
}
function lossOf(tokens, targets) {
  let x = tf.oneHot(tokens, vocabulary).cast('float32').reshape([-1, vocabulary]).matMul(model.embedding)
  x = x.reshape([batch, length, width]).add(model.position)
  for (const layer of model.layers) {
    x = x.add(attend(normalise(x, layer.normAttention), layer))
    x = x.add(linear(gelu(linear(normalise(x, layer.normFeedForward), layer.widen)), layer.narrow))
  }
  const logits = linear(normalise(x, model.norm), model.classifier)
  return tf.losses.softmaxCrossEntropy(tf.oneHot(targets.flatten(), vocabulary), logits.reshape([-1, vocabulary]))
}

function milliseconds() {
  const began = performance.now()
  tf.tidy(() => {
    const ids = Int32Array.from({ length: batch * (length + 1) }, () => Math.floor(vocabulary * Math.random()))
    const text = tf.tensor2d(ids, [batch, length + 1], 'int32')
    const { value, grads } = tf.variableGrads(() =>
      lossOf(text.slice([0, 0], [batch, length]), text.slice([0, 1], [batch, length])),
    )
    optimiser.applyGradients(grads)
    value.dataSync()
  })
  return performance.now() - began
}

/** On Linux, maxRSS includes the memory of the parent at the fork. */
function peakBytes() {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
  return 1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS)
}

const answer = (message) => console.log(JSON.stringify(message))
milliseconds()
answer({ version: `TensorFlow.js ${tf.version.tfjs}`, threads: 1, gigaflops: 0 })
for await (const line of createInterface({ input: process.stdin })) {
  const times = Array.from({ length: JSON.parse(line).steps }, milliseconds)
  answer({ milliseconds: times, peakBytes: peakBytes() })
}
