import type { Outputs } from '../../measure/index.ts';

function bytesOf(outputs: Outputs): number {
  let bytes = 0;
  for (const output of outputs.values()) bytes += output.byteLength;
  return bytes;
}

/** Outputs of references by program identity, the oldest forgotten when they take more than `maxBytes`. */
export class References {
  readonly #maxBytes: number;
  readonly #outputs = new Map<string, Outputs>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(identity: string): Outputs | undefined {
    return this.#outputs.get(identity);
  }

  set(identity: string, outputs: Outputs): void {
    this.#outputs.set(identity, outputs);
    this.#bytes += bytesOf(outputs);
    for (const [oldest, held] of this.#outputs) {
      if (this.#bytes <= this.#maxBytes || oldest === identity) return;
      this.#outputs.delete(oldest);
      this.#bytes -= bytesOf(held);
    }
  }
}
