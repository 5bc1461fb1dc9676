export { languageModelWork } from './language-model.ts';
export { readGguf } from './read-gguf.ts';
