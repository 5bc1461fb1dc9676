/** How a family of language models differs from the others, as far as kernels do. */
export interface Architecture {
  /** Which elements of a head the rotary embedding turns together. */
  readonly pairs: 'halves' | 'neighbours';
  /** Function of the gate in the feed-forward layer. */
  readonly gate: 'silu' | 'gelu';
  /** Whether a block looks at the last tokens only, where the file names a window. */
  readonly isLocal: (block: number) => boolean;
}

const always = () => true;
const never = () => false;

/** By `general.architecture`; after llama.cpp's `llama-model.cpp`. */
export const architectures: Readonly<Record<string, Architecture>> = {
  llama: { pairs: 'neighbours', gate: 'silu', isLocal: never },
  qwen2: { pairs: 'halves', gate: 'silu', isLocal: never },
  qwen3: { pairs: 'halves', gate: 'silu', isLocal: never },
  phi3: { pairs: 'halves', gate: 'silu', isLocal: always },
  gemma: { pairs: 'halves', gate: 'gelu', isLocal: never },
  gemma2: { pairs: 'halves', gate: 'gelu', isLocal: (block) => block % 2 === 0 },
  gemma3: { pairs: 'halves', gate: 'gelu', isLocal: (block) => block % 6 !== 5 },
};
