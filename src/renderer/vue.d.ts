/** For tools that only read TypeScript; vue-tsc infers each component's own type. */
declare module '*.vue' {
  import type { Component } from 'vue'
  const component: Component
  export default component
}
