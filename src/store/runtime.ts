import { type RuntimeFile, validateRuntime } from '../schema/index.ts';
import { type FileFormat, writeFileOf } from './file-format.ts';

function findFault({ kernels }: RuntimeFile): string | null {
  for (const { name, configurations, entries, buffers, passes, texts } of kernels) {
    if (kernels.filter((other) => other.name === name).length > 1) return `kernel "${name}" is there twice`;
    if (entries.some(({ configuration }) => configuration >= configurations.length)) {
      return `kernel "${name}" has an entry without its configuration`;
    }
    const templates = passes.flatMap((pass) => pass.templates);
    if (templates.some(({ text }) => text >= texts.length))
      return `kernel "${name}" has a template without its text`;
    if (templates.some(({ bindings }) => bindings.some(({ buffer }) => buffer >= buffers.length))) {
      return `kernel "${name}" has a template that binds a buffer which is not there`;
    }
    if (configurations.some((one) => one.passes.length !== passes.length)) {
      return `kernel "${name}" has a configuration that does not tell what every pass takes`;
    }
  }
  return null;
}

const runtimeFormat: FileFormat<RuntimeFile> = {
  title: 'a file for joulegate/runtime',
  schema: 'joulegate-runtime',
  version: 2,
  maxBytes: 64 * 1024 * 1024,
  expandedLevels: 4,
  validate: validateRuntime,
  findFault,
};

/** Writes atomically; packed if the name ends in `.gz`. @throws JoulegateError (bad-input, `cannot-write`). */
export function writeRuntime(path: string, file: RuntimeFile): void {
  writeFileOf(runtimeFormat, path, file);
}
