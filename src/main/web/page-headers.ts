/** HTTP headers of every response with a part of the page, in either host. */

/**
 * Only the page's own files run; nothing may be fetched from elsewhere, framed, or submitted. WebAssembly is allowed, as
 * TensorFlow.js needs it in a worker, but no JavaScript from strings. Inline styles are allowed, as Vue and ECharts set style
 * attributes; the build inlines small fonts and images. `socket` is the address of the page's WebSocket.
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

/** Disables caching: the files are local, and stale ones would not match their host. */
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
