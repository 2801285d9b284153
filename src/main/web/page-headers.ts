/** What every answer that carries a part of the page says to the browser, in either host. */

/**
 * Only the page's own files run; nothing is fetched from elsewhere, framed, or submitted. They may compile WebAssembly, as TensorFlow.js
 * does in a worker, but no JavaScript from strings. Styles may be inline, because Vue and ECharts
 * set style attributes; small fonts and pictures are inlined by the build. `socket` is where the page may open its WebSocket.
 */
function contentSecurityPolicy(socket: string): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self' ${socket}`.trim(),
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Nothing is cached: the files lie on the same machine, and a stale one would not match its host. */
export function pageHeaders(type: string, socket = ''): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': contentSecurityPolicy(socket),
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  }
}
