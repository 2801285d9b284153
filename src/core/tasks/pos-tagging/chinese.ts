/**
 * The grammar of our Chinese sentences, segmented like Chinese treebanks. It is full of ambiguous words that only their context resolves: 会
 * is "can" or a meeting, 画 is "draw" or a drawing, 把, 给 and 在 are prepositions, measure words or verbs, and 翻译 is a profession or an
 * activity.
 *
 * Tags follow Universal Dependencies as used in its Chinese treebank GSD: measure words are NOUN, 的 and 吗 are PART, 会, 能 and 要 before a
 * verb are AUX. `{c}` is a class of nouns, so that measure words agree.
 */
import type { Grammar } from './grammar'

export const chinese: Grammar = {
  variables: {
    c: ['PERSON', 'EVENT', 'EVENT', 'PICTURE', 'TOOL', 'FLOWER'],
    t: ['EVENT', 'PICTURE', 'TOOL', 'FLOWER'],
  },

  invariable: {
    PRONOUN: 'PRON: 我 你 他 她 我们 他们',
    NAME: 'PROPN: 小明 小红 王芳 李华',
    DETERMINER: 'DET: 这 那',
    NUMBER: 'NUM: 一 两 三',
    TIME: 'NOUN: 今天 明天 现在',
    PLACE: 'NOUN: 家 学校 公园 办公室',
    PERSON: 'NOUN: 翻译 翻译 编辑 编辑 导演 领导 代表 代表 学生',
    EVENT: 'NOUN: 会 会 会 会 计划 研究 报告 记录 表演 比赛 练习 练习 工作 工作',
    DOCUMENT: 'NOUN: 报告 计划 记录',
    PICTURE: 'NOUN: 画 画 画 画 票',
    TOOL: 'NOUN: 锁 锁 锁 锁 伞',
    FLOWER: 'NOUN: 花',
    'MEASURE.PERSON': 'NOUN: 个 位',
    'MEASURE.EVENT': 'NOUN: 个',
    'MEASURE.PICTURE': 'NOUN: 张',
    'MEASURE.TOOL': 'NOUN: 把',
    'MEASURE.FLOWER': 'NOUN: 朵',
    MODAL: 'AUX: 会 会 会 要 要',
    DEGREE: 'ADV: 很 很 不',
    'QUALITY.PERSON': 'ADJ: 好 忙 高兴',
    'QUALITY.EVENT': 'ADJ: 好 长 难 对 对',
    'QUALITY.PICTURE': 'ADJ: 好 大 漂亮',
    'QUALITY.TOOL': 'ADJ: 好 大 新',
    'QUALITY.FLOWER': 'ADJ: 漂亮 大',
    ATTITUDE: 'ADJ: 好 客气',
    ACT: 'VERB: 工作 工作 表演 比赛 练习 练习 休息',
    WANT: 'VERB: 想 喜欢',
    OCCASION: 'NOUN: 会 表演 比赛 工作',
    TEXT_VERB: 'VERB: 翻译 编辑',
    MEET: 'VERB: 代表 代表 等',
    GET: 'VERB: 买 要 要 要 有',
  },

  inflected: {},

  rules: {
    SENTENCE: ['8* STATEMENT 。/PUNCT', '2* TIME STATEMENT 。/PUNCT', '2* STATEMENT 吗/PART ？/PUNCT', 'ORDER 。/PUNCT'],
    STATEMENT: [
      '14* SUBJECT PREDICATE',
      '2* NOUN_PHRASE.{t} DEGREE QUALITY.{t}',
      'EVENT DEGREE QUALITY.EVENT',
      '2* NOUN_PHRASE.{t} 在/VERB PLACE',
      'NOUN_PHRASE.PERSON DEGREE QUALITY.PERSON',
    ],
    ORDER: ['好好/ADV ACT', '请/VERB 给/ADP 他/PRON DEED', '请/VERB 在/ADP PLACE ACT', '请/VERB 给/VERB 他/PRON QUANTITY.{t}'],

    SUBJECT: ['2* PRONOUN', 'NAME', '4* PERSON', '2* NOUN_PHRASE.PERSON'],
    PERSON_OBJECT: ['2* PRONOUN', 'NAME', '3* PERSON', 'NOUN_PHRASE.PERSON'],
    'NOUN_PHRASE.{c}': ['2* DETERMINER MEASURE.{c} {c}', '2* PRONOUN 的/PART {c}'],
    'QUANTITY.{c}': ['NUMBER MEASURE.{c} {c}'],

    PREDICATE: [
      '4* DEED',
      '5* MODAL DEED',
      '不/ADV DEED',
      '2* WANT DEED',
      '3* 在/ADP PLACE DEED',
      '3* 给/ADP PERSON_OBJECT DEED',
      '3* 给/VERB PERSON_OBJECT QUANTITY.{t}',
      '3* 把/ADP NOUN_PHRASE.{t} 给/VERB PERSON_OBJECT',
      '2* 对/ADP PERSON_OBJECT DEGREE ATTITUDE',
      '2* GET QUANTITY.{t}',
      '在/VERB PLACE',
    ],
    DEED: [
      '6* ACT',
      '2* 计划/VERB OCCASION',
      '2* 记录/VERB OCCASION',
      '2* 研究/VERB DOCUMENT',
      '报告/VERB 工作/NOUN',
      '领导/VERB 工作/NOUN',
      '领导/VERB 研究/NOUN',
      '2* 导演/VERB 表演/NOUN',
      '3* MEET PERSON',
      '3* TEXT_VERB DOCUMENT',
      '2* TEXT_VERB DETERMINER 个/NOUN DOCUMENT',
      '2* 开/VERB 会/NOUN',
      '做/VERB 练习/NOUN',
      '写/VERB 报告/NOUN',
      '看/VERB 比赛/NOUN',
      '看/VERB 表演/NOUN',
      '5* 画/VERB 画/NOUN',
      '4* 画/VERB 花/NOUN',
      '5* 锁/VERB 门/NOUN',
      '5* 花/VERB 钱/NOUN',
      '2* 花/VERB 时间/NOUN',
    ],
  },

  elision: null,
}
