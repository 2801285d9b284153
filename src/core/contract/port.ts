/** The one transport everything speaks: Electron MessagePort, WebSocket, process channel, or a pair in memory for tests. */
export interface Port {
  /** Plain data and typed arrays only. */
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
  close(): void
  /** Bytes posted but not yet sent, where the transport knows: what a slow receiver can do without is then left out. */
  readonly backlog?: () => number
}
