import { type RuntimeFile, validateRuntime } from '../schema/index.ts';
import { type FileFormat, writeFileOf } from './file-format.ts';

function findFault({ kernels }: RuntimeFile): string | null {
  for (const { name, configurations, entries, buffers, templates } of kernels) {
    if (kernels.filter((other) => other.name === name).length > 1) return `kernel "${name}" is there twice`;
    if (entries.some(({ configuration }) => configuration >= configurations.length)) {
      return `kernel "${name}" has an entry without its configuration`;
    }
    if (templates.some(({ kinds }) => kinds.length !== buffers.length)) {
      return `kernel "${name}" has a template that does not tell how every buffer is bound`;
    }
  }
  return null;
}

const runtimeFormat: FileFormat<RuntimeFile> = {
  title: 'a file for joulegate/runtime',
  schema: 'joulegate-runtime',
  version: 1,
  maxBytes: 64 * 1024 * 1024,
  expandedLevels: 4,
  validate: validateRuntime,
  findFault,
};

/** Writes atomically; packed if the name ends in `.gz`. @throws JoulegateError (bad-input, `cannot-write`). */
export function writeRuntime(path: string, file: RuntimeFile): void {
  writeFileOf(runtimeFormat, path, file);
}
