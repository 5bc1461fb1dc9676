import type { Workload } from '../../src/manifest/index.ts';
import type { Definition } from './support.ts';

/** Attention as it is defined: of every query of every head over the keys that it sees. */
export function attention(
  shape: (workload: Workload) => {
    readonly queries: number;
    /** The first key that a query sees, and the one after its last. */
    readonly seen: (query: number) => readonly [first: number, end: number];
    /** Its row of the mask. */
    readonly maskRow: (sequence: number, query: number) => number;
  },
): Definition {
  return (input, workload) => {
    const number = (name: string) => Number(workload.parameters[name]);
    const { queries, seen, maskRow } = shape(workload);
    const [heads, kvHeads, size, cache] = ['heads', 'kv_heads', 'head_size', 'cache'].map(number) as [
      number,
      number,
      number,
      number,
    ];
    const scale = number('scale') || 1 / Math.sqrt(size);
    const cap = number('softcap');
    const [query, keys, values, mask] = ['query', 'keys', 'values', 'mask'].map(input) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const output = new Float64Array(query.length);
    for (let row = 0; row < query.length / size; row++) {
      const [head, at] = [Math.floor(row / queries), row % queries];
      const sequence = Math.floor(head / heads);
      const firstKey = (sequence * kvHeads + Math.floor((head % heads) / (heads / kvHeads))) * cache;
      const [first, end] = seen(at);
      const scores = Array.from({ length: end - first }, (_, i) => {
        let product = 0;
        for (let d = 0; d < size; d++)
          product += (query[row * size + d] as number) * (keys[(firstKey + first + i) * size + d] as number);
        const score = cap === 0 ? scale * product : cap * Math.tanh((scale * product) / cap);
        const added = workload.parameters.mask
          ? (mask[maskRow(sequence, at) * cache + first + i] as number)
          : 0;
        return score + added;
      });
      const top = scores.reduce((a, b) => Math.max(a, b));
      const weights = scores.map((score) => Math.exp(score - top));
      const total = weights.reduce((a, b) => a + b);
      for (const [i, weight] of weights.entries())
        for (let d = 0; d < size; d++)
          output[row * size + d] =
            (output[row * size + d] as number) +
            (weight / total) * (values[(firstKey + first + i) * size + d] as number);
    }
    return output;
  };
}
