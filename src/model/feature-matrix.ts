/** Rows of features as one block of numbers; NaN where a value is missing. */
export interface FeatureMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, `rows * columns` long. */
  readonly values: Float64Array;
}

/** Copies `rows`, all `columns` long, into one matrix. Throws RangeError if a row has another length. */
export function featureMatrix(rows: readonly ArrayLike<number>[], columns: number): FeatureMatrix {
  const values = new Float64Array(rows.length * columns);
  rows.forEach((row, index) => {
    if (row.length !== columns)
      throw new RangeError(`Row ${index} has ${row.length} features, not ${columns}.`);
    values.set(row, index * columns);
  });
  return { rows: rows.length, columns, values };
}
