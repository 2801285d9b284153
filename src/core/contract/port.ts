/** The common transport interface: Electron MessagePort, WebSocket, process channel, or a pair in memory for tests. */
export interface Port {
  /** Plain data and typed arrays only. */
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
  close(): void
}
