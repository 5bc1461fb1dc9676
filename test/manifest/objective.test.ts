import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  latencySlackOf,
  measurableObjective,
  needsEnergy,
  objectives,
  objectiveValue,
  weighObjective,
} from '../../src/manifest/index.ts';

const schema = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'));

it('every objective that the manifest may state, and a report may name, stands in the table', () => {
  const names = Object.keys(objectives);
  expect(schema('manifest').$defs.objective.properties.minimize.enum).toEqual(names);
  expect(schema('report').$defs.ReportRetuneKernel.properties.objective.enum).toEqual(names);
});

it.each([
  ['energy', 0.5, 3],
  ['latency', 40, 2],
  ['edp', 0.02, 6],
  ['ed2p', 0.0008, 12],
] as const)(
  '%s: 0.5 J in 40 ms are %d, three times the energy at twice the latency %d',
  (name, value, ratio) => {
    expect(objectiveValue(name, { joules: 0.5, latencyMs: 40 })).toBeCloseTo(value, 12);
    expect(weighObjective(name, { energy: 3, latency: 2 })).toBe(ratio);
  },
);

it('what is unknown matters only to an objective that needs it', () => {
  expect(weighObjective('latency', { energy: null, latency: 2 })).toBe(2);
  expect(weighObjective('energy', { energy: 3, latency: null })).toBe(3);
  expect(weighObjective('edp', { energy: null, latency: 2 })).toBeNull();
  expect(weighObjective('edp', { energy: 3, latency: null })).toBeNull();
});

it('without a sensor, latency stands in for an objective of energy, without a slack', () => {
  const energy = { minimize: 'energy', latencySlack: 0.03 } as const;
  expect(measurableObjective(energy, true)).toBe(energy);
  expect(measurableObjective(energy, false)).toEqual({ minimize: 'latency' });
  expect(Object.keys(objectives).filter((name) => !needsEnergy(name as 'energy'))).toEqual(['latency']);
  expect(latencySlackOf(energy)).toBe(0.03);
  expect(latencySlackOf({ minimize: 'latency' })).toBe(Number.POSITIVE_INFINITY);
});
