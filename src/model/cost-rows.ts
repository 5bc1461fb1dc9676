import type { CostRow } from './types.ts';

/** Rows a cost model keeps; the oldest go first. */
export const maxCostRows = 20_000;

const significantDigits = 9;

/**
 * Rows as the model keeps them. Numbers are cut to the digits that a model file holds, so that a model read back from
 * its file predicts the same to the bit.
 * Throws RangeError on a row that cannot have been measured.
 */
export function checkedRow(row: CostRow, features: number): CostRow {
  const { latencyMs, watts } = row;
  if (row.features.length !== features) {
    throw new RangeError(`A row of ${row.kernel} has ${row.features.length} features, not ${features}.`);
  }
  if (!(latencyMs > 0 && latencyMs < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`A row of ${row.kernel} has a latency of ${latencyMs} ms.`);
  }
  if (watts !== null && !(watts > 0 && watts < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`A row of ${row.kernel} has a power of ${watts} W.`);
  }
  const cut = (value: number) => Number(value.toPrecision(significantDigits));
  return {
    ...row,
    features: row.features.map((value) => (Number.isFinite(value) ? cut(value) : Number.NaN)),
    latencyMs: cut(latencyMs),
    watts: watts === null ? null : cut(watts),
  };
}

function identityOf(row: CostRow): string {
  return `${row.family}\n${row.identity}`;
}

/**
 * `known` with `added` behind it. A program measured again replaces its old row; power that was measured before is kept
 * if the new measurement has none.
 */
export function mergeRows(known: readonly CostRow[], added: readonly CostRow[]): readonly CostRow[] {
  const merged = new Map<string, CostRow>();
  for (const row of [...known, ...added]) {
    const key = identityOf(row);
    const old = merged.get(key);
    merged.delete(key);
    const keepsPower = row.watts === null && old !== undefined && old.watts !== null;
    merged.set(key, keepsPower ? { ...row, watts: old.watts, estimated: old.estimated } : row);
  }
  return [...merged.values()].slice(-maxCostRows);
}

/**
 * Weight of each row: its kernel's lowest cost over its own, so that the model is most exact about good configurations
 * (the loss weighting E_min / E of arXiv 2411.18873). Rows of other device families count a fifth.
 */
export function costWeights(
  rows: readonly CostRow[],
  cost: (row: CostRow) => number,
  family: string,
): Float64Array {
  const lowest = new Map<string, number>();
  const group = (row: CostRow) => `${row.family}\n${row.kernel}\n${row.workload}`;
  for (const row of rows) {
    const key = group(row);
    lowest.set(key, Math.min(lowest.get(key) ?? Number.POSITIVE_INFINITY, cost(row)));
  }
  return Float64Array.from(rows, (row) => {
    const share = (lowest.get(group(row)) ?? cost(row)) / cost(row);
    return row.family === family ? share : 0.2 * share;
  });
}
