import { JoulegateError } from '../errors/index.ts';
import type { ModelFile } from '../schema/index.ts';
import { createCostModel } from './cost-model.ts';
import type { CostModel, CostRow } from './types.ts';

/** The model as its file: rows, from which all else is fitted again, and what work costs, for people to read. */
export function costModelToFile(model: CostModel & { readonly seed?: number }): ModelFile {
  return {
    schema: 'joulegate-model',
    version: 2,
    family: model.family,
    seed: model.seed ?? 0,
    featureNames: [...model.featureNames],
    workCosts: (model.work?.costs ?? []).map(({ what, nanoseconds }) => ({
      what,
      nanoseconds: Number(nanoseconds.toPrecision(4)),
    })),
    rows: model.rows.map((row) => ({
      family: row.family,
      kernel: row.kernel,
      workload: row.workload,
      identity: row.identity,
      features: Array.from(row.features, (value) => (Number.isFinite(value) ? value : null)),
      latencyMs: row.latencyMs,
      watts: row.watts,
      estimated: row.estimated,
    })),
  };
}

/**
 * A model from its file, which must have passed `validateModel`.
 * @param use `featureNames`: the features of this version; columns are matched by name and unknown ones are missing.
 * `family`: the device family to predict for, if it is not the file's own.
 * Throws JoulegateError (`model-features-differ`) if a row does not have one value per feature name, or if no feature is known.
 */
export function costModelFromFile(
  file: ModelFile,
  use: { readonly featureNames?: readonly string[]; readonly family?: string } = {},
): CostModel {
  const featureNames = use.featureNames ?? file.featureNames;
  const columns = featureNames.map((name) => file.featureNames.indexOf(name));
  if (featureNames.length > 0 && columns.every((column) => column === -1)) {
    throw new JoulegateError('bad-input', 'The model file has no feature that this version has.', {
      code: 'model-features-differ',
      nextStep: 'Delete the file: it is rebuilt by the next retune.',
    });
  }
  const rows = file.rows.map((row, index): CostRow => {
    if (row.features.length !== file.featureNames.length) {
      throw new JoulegateError(
        'bad-input',
        `Row ${index} of the model file has ${row.features.length} features, but ${file.featureNames.length} are named.`,
        { code: 'model-features-differ', nextStep: 'Delete the file: it is rebuilt by the next retune.' },
      );
    }
    const features = Float64Array.from(columns, (column) => row.features[column] ?? Number.NaN);
    return { ...row, features };
  });
  return createCostModel({ family: use.family ?? file.family, featureNames, rows, seed: file.seed });
}
