import type { ByteSource } from './byte-source.ts';
import type { Work } from './calls/index.ts';
import { languageModelWork, readGguf } from './gguf/index.ts';

/**
 * What a GGUF file's language model does in one inference: a token decoded with `context` tokens in the cache, itself among them, and
 * a prompt of `context` tokens. Only the file's header is read.
 * @throws JoulegateError (bad-input, `bad-model`)
 */
export function ggufWork(
  source: ByteSource,
  context: number,
): { readonly decode: readonly Work[]; readonly prefill: readonly Work[] } {
  return languageModelWork(readGguf(source), context);
}
