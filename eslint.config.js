/** Lint rules. Types, names and environments are held here; imports between parts in .dependency-cruiser.cjs; layout by prettier. */
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import typescript from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'

const typed = ['src/**/*.ts', 'e2e/**/*.ts', 'bench/**/*.ts', '*.config.ts']
const browserGlobals = ['window', 'document', 'navigator', 'localStorage', 'location', 'self']
const nodeGlobals = ['process', 'Buffer', 'global', 'require', 'module', '__dirname', '__filename', 'setImmediate']
const banned = (names, message) => ['error', ...names.map((name) => ({ name, message }))]

const switchOnKind = {
  selector:
    'SwitchStatement[discriminant.property.name="kind"][discriminant.object.name=/^(op|operation|node|block|definition)$/]',
  message: 'Give every kind an entry in its exhaustive table instead of a switch.',
}

export default typescript.config(
  { ignores: ['.witness/', 'out/', 'dist/', 'node_modules/', 'resources/', 'test-results/', 'playwright-report/'] },
  // Exceptions belong here, where they are seen and explained, so comments cannot switch rules off.
  { linterOptions: { noInlineConfig: true } },
  {
    files: ['**/*.{ts,vue,js,mjs,cjs}'],
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', switchOnKind],
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      'no-fallthrough': 'error',
      'no-unused-expressions': 'error',
    },
  },

  {
    files: typed,
    extends: [typescript.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
  },
  ...vue.configs['flat/recommended-error'],
  {
    files: ['**/*.vue'],
    // vue-tsc checks the types of components; the type-aware lint rules would see other components as `any`.
    extends: [typescript.configs.strict],
    languageOptions: { parser: vueParser, parserOptions: { parser: typescript.parser }, globals: globals.browser },
    rules: {
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-props-declaration': ['error', 'type-based'],
      'vue/define-emits-declaration': ['error', 'type-based'],
      'vue/multi-word-component-names': 'off', // templates use PascalCase, which no HTML element can collide with
      'vue/require-default-prop': 'off', // optional props are typed as such
      // All visible text lives in the locale files; what is left are signs and units of formulas.
      'vue/no-bare-strings-in-template': [
        'error',
        {
          allowlist: [
            '(',
            ')',
            ',',
            '.',
            '&',
            '+',
            '-',
            '−',
            '=',
            '*',
            '/',
            '#',
            '%',
            '!',
            '?',
            ':',
            ';',
            '[',
            ']',
            '{',
            '}',
            '<',
            '>',
            '|',
            '·',
            '•',
            '…',
            '–',
            '—',
            '×',
            '÷',
            '→',
            '←',
            '↑',
            '↓',
            '√',
            'Σ',
            'α',
            'σ',
            'ε',
            '′',
            'softmax',
            'q',
            'k',
            'v',
            'x',
            'x̂',
            's',
            'μ',
            '²',
            'γ',
            'β',
            'B',
          ],
        },
      ],
      'vue/no-undef-components': ['error', { ignorePatterns: ['^RouterLink$', '^RouterView$'] }],
      'vue/no-unused-refs': 'error',
    },
  },
  // Text of lessons is HTML that the host made from Markdown without HTML. This component alone shows it, in an element of a given name.
  {
    files: ['src/renderer/panels/lesson/LessonText.vue'],
    rules: { 'vue/no-v-html': 'off', 'vue/no-v-text-v-html-on-component': 'off' },
  },
  {
    files: [...typed, '**/*.vue'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Indices into tensors and shapes are known to be in range; `!` says so at no cost.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // The table of operations is one empty interface that every operation adds its entry to.
      '@typescript-eslint/no-empty-object-type': ['error', { allowWithName: '^OpAttributes$' }],
    },
  },
  {
    files: typed,
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // Contracts are written `method(…).returns<void>()`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      // Implementations of an asynchronous interface may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },

  {
    files: ['src/core/**/*.ts'],
    rules: {
      'no-restricted-globals': banned(
        [...browserGlobals, ...nodeGlobals, 'console', 'fetch', 'setTimeout', 'setInterval', 'performance', 'crypto'],
        'core is pure TypeScript: it runs in every environment and touches none.',
      ),
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'All randomness comes from the seeded generator in src/core/random.' },
        { object: 'Date', property: 'now', message: 'core gives the same result whenever it runs.' },
      ],
    },
  },
  { files: ['src/main/**/*.ts'], rules: { 'no-restricted-globals': banned(browserGlobals, 'The main process runs in Node.') } },
  {
    files: ['src/renderer/**/*.{ts,vue}'],
    rules: {
      'no-restricted-globals': banned(nodeGlobals, 'The renderer runs in a browser.'),
      'no-console': 'error',
      // `const { t } = useI18n()` is how vue-i18n is used; its functions need no receiver.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Tests run in Node and may look at anything.
    files: ['**/*.test.ts', '**/testing.ts', '**/testing/**/*.ts', 'e2e/**/*.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: globals.node },
    rules: { 'no-undef': 'error', 'no-unused-vars': 'error', 'no-unreachable': 'error', 'no-empty': 'error' },
  },
  // What runs in the page: the look before the first paint, and what the recording of the interface evaluates there.
  {
    files: ['src/renderer/public/*.js', 'bench/{canvas,curves,interface,runs,start}.mjs'],
    languageOptions: { globals: globals.browser },
  },
  prettier,
)
