import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { byAttention, defaultFailOn, failingVerdicts, verdictOrder } from '../../src/manifest/index.ts';

const schema = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'));

it('every verdict of a report stands in the table, and what a gate may fail on is marked', () => {
  const failOn = schema('manifest').$defs.gate.properties['fail-on'];
  const { verdict } = schema('report').$defs.ReportGuardKernel.properties;
  expect([...verdictOrder].sort()).toEqual([...verdict.enum].sort());
  expect([...failingVerdicts].sort()).toEqual([...failOn.items.enum].sort());
  expect(defaultFailOn).toEqual(failOn.default);
});

it('what may fail a run needs attention before all else', () => {
  expect(verdictOrder.slice(0, failingVerdicts.length)).toEqual(failingVerdicts);
  expect((['identical', 'improved', 'regressed'] as const).toSorted(byAttention)).toEqual([
    'regressed',
    'improved',
    'identical',
  ]);
});
