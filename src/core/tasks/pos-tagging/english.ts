/**
 * The grammar of our English sentences. It is full of words whose tag depends on their context: "the cooks play" but "she cooks after the
 * play"; "that duck" but "I know that she swims" and "the duck that swims".
 *
 * Tags follow Universal Dependencies (de Marneffe, Manning, Nivre & Zeman 2021) as used in its English treebanks: possessive "her" is PRON,
 * the infinitive's "to" is PART, the copula is AUX.
 *
 * `{n}`, `{m}` are numbers and `{c}` is a class of nouns, so that subjects agree with their verbs. Of a verb, `.sg` is "plays" and `.pl`
 * the plain form "play", which also follows "can", "do" and "to".
 */
import type { Grammar } from './grammar'

export const english: Grammar = {
  variables: {
    n: ['sg', 'pl'],
    m: ['sg', 'pl'],
    c: ['PERSON', 'ANIMAL', 'THING', 'THING', 'GARDEN', 'LIGHT', 'EVENT', 'EVENT', 'EVENT'],
  },

  invariable: {
    NAME: 'PROPN: Anna Ben Mei Omar',
    'PRONOUN.sg': 'PRON: she he',
    'PRONOUN.pl': 'PRON: they we I',
    'DETERMINER.sg': 'DET: the the a a this that that',
    'DETERMINER.pl': 'DET: the the the these',
    POSSESSIVE: 'PRON: her his my our',
    'DO.sg': 'AUX: does',
    'DO.pl': 'AUX: do',
    'BE.sg': 'AUX: is',
    'BE.pl': 'AUX: are',
    MODAL: 'AUX: can can will',
    'QUALITY.PERSON': 'ADJ: kind calm fast fast late early',
    'QUALITY.ANIMAL': 'ADJ: small calm fast fast dry',
    'QUALITY.THING': 'ADJ: light light clean dry old',
    'QUALITY.GARDEN': 'ADJ: dry light small',
    'QUALITY.LIGHT': 'ADJ: small warm old',
    'QUALITY.EVENT': 'ADJ: early late fast long',
    LINK: 'CCONJ: and but',
    MANNER: 'ADV: well well early late there',
    DIRECTION: 'ADV: back back fast',
    PLACE: 'NOUN: well well well park water show play dance race run ride',
    END: 'NOUN: start end',
    IDEA: 'NOUN: plan plan hope need',
  },

  inflected: {
    PERSON: 'NOUN: cook/cooks cook/cooks guide/guides guard/guards judge/judges coach/coaches host/hosts',
    ANIMAL: 'NOUN: duck/ducks duck/ducks fish/fish fly/flies',
    THING: 'NOUN: watch/watches saw/saws saw/saws saw/saws can/cans can/cans can/cans book/books phone/phones ring/rings',
    GARDEN: 'NOUN: plant/plants flower/flowers',
    LIGHT: 'NOUN: light/lights fire/fires',
    EVENT: 'NOUN: play/plays show/shows dance/dances walk/walks swim/swims ride/rides race/races run/runs',
    ACT: 'VERB: swims/swim walks/walk runs/run rides/ride dances/dance fishes/fish fishes/fish cooks/cook cooks/cook flies/fly plays/play',
    MOVE: 'VERB: walks/walk runs/run races/race rides/ride',
    ANIMAL_ACT: 'VERB: swims/swim flies/fly rests/rest plays/play ducks/duck',
    LIKE: 'VERB: likes/like',
    WANT: 'VERB: likes/like wants/want hopes/hope plans/plan needs/need',
    THINK: 'VERB: knows/know hopes/hope says/say',
    NEED: 'VERB: needs/need',
    HAVE: 'VERB: has/have',
    HAVE_SEEN: 'AUX: has/have',
    END_VERB: 'VERB: starts/start ends/end',
    LIGHT_VERB: 'VERB: lights/light',
    PLANT_VERB: 'VERB: plants/plant',
    'DO_TO.PERSON': 'VERB: guides/guide coaches/coach guards/guard phones/phone rings/ring judges/judge hosts/host',
    'DO_TO.ANIMAL': 'VERB: watches/watch guards/guard',
    'DO_TO.THING': 'VERB: shows/show cleans/clean dries/dry guards/guard',
    'DO_TO.GARDEN': 'VERB: waters/water shows/show dries/dry',
    'DO_TO.LIGHT': 'VERB: watches/watch guards/guard',
    'DO_TO.EVENT': 'VERB: watches/watch plans/plan judges/judge hosts/host books/book',
  },

  rules: {
    SENTENCE: [
      '2* STATEMENT ./PUNCT',
      '4* OPENING STATEMENT ./PUNCT',
      '2* QUESTION ?/PUNCT',
      '2* ORDER ./PUNCT',
      '2* OPENING ORDER ./PUNCT',
    ],
    OPENING: [
      'LINK',
      'LINK now/ADV',
      'well/INTJ ,/PUNCT',
      'now/ADV ,/PUNCT',
      'yes/INTJ ,/PUNCT',
      'LINK now/ADV ,/PUNCT',
      '3* TIME ,/PUNCT',
      'LINK TIME ,/PUNCT',
    ],
    STATEMENT: [
      '4* SUBJECT.sg VERB_PHRASE.sg',
      '2* SUBJECT.pl VERB_PHRASE.pl',
      '3* SUBJECT.{n} MODAL DEED.pl',
      'SUBJECT.{n} DO.{n} not/PART VERB_PHRASE.pl',
      '2* SUBJECT.{n} ACT.{n} TIME',
      'SUBJECT.{n} saw/VERB NOUN_PHRASE.{c}.{m}',
      'SUBJECT.{n} saw/VERB him/PRON ACTION.pl',
      '2* SUBJECT.{n} HAVE_SEEN.{n} seen/VERB NOUN_PHRASE.{c}.{m}',
      '2* SUBJECT.{n} THINK.{n} that/SCONJ SUBJECT.{m} VERB_PHRASE.{m}',
      '2* the/DET ANIMAL.{n} that/PRON ANIMAL_ACTION.{n} BE.{n} QUALITY.ANIMAL',
      'DEMONSTRATIVE BE.sg a/DET {c}.sg',
      '3* NOUN_PHRASE.{c}.{n} BE.{n} QUALITY.{c}',
    ],
    QUESTION: ['2* MODAL SUBJECT.{n} DEED.pl', '2* DO.{n} SUBJECT.{n} VERB_PHRASE.pl'],
    ORDER: ['3* DEED.pl', 'let/VERB NOUN_PHRASE.ANIMAL.{n} ANIMAL_ACTION.pl', 'help/VERB NOUN_PHRASE.PERSON.{n} DEED.pl'],
    DEMONSTRATIVE: ['2* that/PRON', 'this/PRON'],

    'SUBJECT.sg': ['3* PRONOUN.sg', 'NAME', '2* NOUN_PHRASE.PERSON.sg'],
    'SUBJECT.pl': ['4* PRONOUN.pl', '2* NOUN_PHRASE.PERSON.pl'],
    'NOUN_PHRASE.{c}.{n}': ['4* DETERMINER.{n} {c}.{n}', '2* POSSESSIVE {c}.{n}', '2* DETERMINER.{n} QUALITY.{c} {c}.{n}'],

    'VERB_PHRASE.{n}': [
      '18* DEED.{n}',
      '3* LIKE.{n} NOUN_PHRASE.{c}.{m}',
      '3* WANT.{n} to/PART ACTION.pl',
      'WANT.{n} to/PART DEED.pl',
      '3* HAVE.{n} NOUN_PHRASE.THING.{m}',
      'HAVE.{n} a/DET IDEA',
      'NEED.{n} NOUN_PHRASE.THING.{m}',
    ],
    'DEED.{n}': [
      '7* ACTION.{n}',
      '4* DO_TO.PERSON.{n} PERSON_OBJECT',
      '6* DO_TO.{c}.{n} NOUN_PHRASE.{c}.{m}',
      'LIGHT_VERB.{n} NOUN_PHRASE.LIGHT.sg',
      'PLANT_VERB.{n} NOUN_PHRASE.GARDEN.{m}',
    ],
    PERSON_OBJECT: ['him/PRON', 'her/PRON', 'them/PRON', 'NAME', '2* NOUN_PHRASE.PERSON.{m}'],
    'ACTION.{n}': [
      '2* ACT.{n}',
      '3* ACT.{n} MANNER',
      '2* MOVE.{n} DIRECTION',
      '2* MOVE.{n} to/ADP the/DET PLACE',
      'ACT.{n} like/ADP NOUN_PHRASE.ANIMAL.{m}',
      'ACT.{n} like/ADP NOUN_PHRASE.PERSON.{n}',
      'ACT.{n} at/ADP the/DET back/NOUN of/ADP the/DET PLACE',
    ],
    'ANIMAL_ACTION.{n}': ['ANIMAL_ACT.{n}', 'ANIMAL_ACT.{n} MANNER'],
    TIME: [
      'after/ADP the/DET EVENT.{m}',
      'before/ADP the/DET EVENT.{m}',
      'after/SCONJ the/DET EVENT.{m} END_VERB.{m}',
      'before/SCONJ the/DET EVENT.{m} END_VERB.{m}',
      'at/ADP the/DET END of/ADP the/DET EVENT.sg',
    ],
  },
  elision: { forms: ['an'], write: (word, next) => (word === 'a' && /^[aeiou]/.test(next) ? 'an' : word) },
}
