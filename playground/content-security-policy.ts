/** What the built page may load and run: its own files, WebAssembly, and pictures and data that stand in it. */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  // kernels compute on workers that the library makes of a text
  "worker-src 'self' blob:",
  // https: a network that the reader's address names
  "connect-src 'self' data: https:",
  "img-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
].join("; ");
