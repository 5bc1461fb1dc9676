import { JoulegateError } from '../../errors/index.ts';
import { featureNames } from '../../kernel/index.ts';
import { type CostModel, costModelFromFile, costModelToFile, createCostModel } from '../../model/index.ts';
import { readCachedModel, writeModel } from '../../store/index.ts';
import type { Host } from '../host.ts';

/**
 * The cost model kept at `path`, made to predict for `family`. Without a file, or with one that cannot be used (it is
 * set aside, with a warning), the model is empty and the search starts cold.
 */
export function openCostModel(options: {
  readonly host: Host;
  /** null: none is kept. */
  readonly path: string | null;
  readonly family: string;
  readonly seed: number;
}): CostModel {
  const { host, path, family, seed } = options;
  const cold = () => createCostModel({ family, featureNames, rows: [], seed });
  if (path === null) return cold();
  const cached = readCachedModel(path);
  if (cached.value !== null) {
    try {
      return costModelFromFile(cached.value, { featureNames, family });
    } catch (error) {
      if (!(error instanceof JoulegateError) && !(error instanceof RangeError)) throw error;
      host.progress.warn(`${path} is not used: ${error.message}`);
    }
  } else if (cached.aside !== null) {
    host.progress.warn(cached.aside);
  }
  return cold();
}

/** Writes the model atomically. */
export function saveCostModel(path: string, model: CostModel): void {
  writeModel(path, costModelToFile(model));
}
