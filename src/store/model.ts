import { type ModelFile, validateModel } from '../schema/index.ts';
import { type CachedFile, type FileFormat, readCachedFile, readFileOf, writeFileOf } from './file-format.ts';

function findRowFault(model: ModelFile): string | null {
  const expected = model.featureNames.length;
  const index = model.rows.findIndex((row) => row.features.length !== expected);
  if (index === -1) return null;
  return `/rows/${index} has ${model.rows[index]?.features.length} features for ${expected} feature names`;
}

export const modelFormat: FileFormat<ModelFile> = {
  title: 'a cost model',
  schema: 'joulegate-model',
  version: 2,
  maxBytes: 128 * 1024 * 1024,
  expandedLevels: 2,
  validate: validateModel,
  findFault: findRowFault,
};

/** Reads and checks a cost model's file, `.gz` unpacked. @throws JoulegateError (bad-input) naming the file and what is wrong. */
export function readModel(path: string): ModelFile {
  return readFileOf(modelFormat, path);
}

/** As `readModel` for a file that a cache may have damaged: an unusable one is set aside and the model starts anew. */
export function readCachedModel(path: string): CachedFile<ModelFile> {
  return readCachedFile(modelFormat, path);
}

/** Writes atomically, packed if the name ends in `.gz`. @throws JoulegateError (bad-input, `cannot-write`). */
export function writeModel(path: string, model: ModelFile): void {
  writeFileOf(modelFormat, path, model);
}
