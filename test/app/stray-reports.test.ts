import { describe, expect, it } from 'vitest';
import { findStrays, type JobReport } from '../../src/app/fleet/index.ts';
import type { ReportGuard } from '../../src/schema/index.ts';
import { deviceOf, kernelOf, reportOf } from '../support/shard-reports.ts';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const device = 'gpu';

/** A shard with a kernel of its own name, of head b and base a unless told otherwise. */
function job(name: string, change: Partial<ReportGuard> = {}, more: Partial<JobReport> = {}): JobReport {
  return { name, device, report: reportOf([kernelOf(name)], [], change), ...more };
}

function headOf(commit: string | null): Partial<ReportGuard> {
  return { head: { label: 'x', commit } };
}

/** Names, kinds and reasons; `commits` are those that the run is of. */
function strays(jobs: readonly JobReport[], commits: readonly string[] = []) {
  return findStrays(jobs, commits).map(({ name, kind, reason }) => `${name} ${kind}: ${reason}`);
}

describe('reports that were made together', () => {
  it('all belong', () => {
    expect(strays([])).toEqual([]);
    expect(strays([job('1'), job('2'), job('3')])).toEqual([]);
  });

  it('belong whatever they do not say', () => {
    const unknown = { head: { label: 'x', commit: null }, base: null, manifest: null, device: null };
    expect(strays([job('1'), job('2', unknown), job('3', { device: deviceOf('acme-one') })])).toEqual([]);
  });

  it('may list the same sentinels, and kernels that head removed or that nobody measured', () => {
    const shared = [
      kernelOf('sentinel', { sentinel: true }),
      kernelOf('gone', { verdict: 'removed' }),
      kernelOf('same', { verdict: 'identical', blocks: 0 }),
    ];
    const jobs = ['1', '2'].map((name) => job(name, { kernels: [...shared, kernelOf(name)] }));
    expect(strays(jobs)).toEqual([]);
  });

  it('may have measured the same kernels, each on a device of its own', () => {
    const report = reportOf([kernelOf('k')], [], { device: deviceOf('acme-one') });
    const other = { ...report, device: deviceOf('acme-two') };
    expect(
      strays([
        { name: 'h200', device: 'h200', report },
        { name: 'l4', device: 'l4', report: other },
      ]),
    ).toEqual([]);
  });
});

describe('a report that does not belong', () => {
  it('was made by another version, which may have dealt kernels otherwise', () => {
    const other = job('3', { tool: { name: 'joulegate', version: '9.9.9' } });
    expect(strays([job('1'), job('2'), other])).toEqual([
      '3 foreign: its version of Joulegate is 9.9.9, that of the others 0.0.0',
    ]);
  });

  it('has another head, base or manifest than most, wherever it stands', () => {
    const jobs = [job('1'), job('2'), job('3', headOf(c))];
    const found = [`3 foreign: its head is ${c}, that of the others ${b}`];
    expect(strays(jobs)).toEqual(found);
    expect(strays(jobs.toReversed())).toEqual(found);
    expect(strays([job('1'), job('2', { base: { label: 'x', commit: c } }), job('3')])).toEqual([
      `2 foreign: its base is ${c}, that of the others ${a}`,
    ]);
    expect(strays([job('1', { manifest: 'other.yaml' }), job('2'), job('3')])).toEqual([
      '1 foreign: its manifest is other.yaml, that of the others joulegate.yaml',
    ]);
  });

  it('has another head than the run is of, however many agree with it', () => {
    const jobs = [job('1', headOf(c)), job('2', headOf(c)), job('3', headOf(c)), job('4')];
    expect(strays(jobs, [b]).map((text) => text.slice(0, 9))).toEqual([
      '1 foreign',
      '2 foreign',
      '3 foreign',
    ]);
    expect(strays(jobs, [a])).toEqual([`4 foreign: its head is ${b}, that of the others ${c}`]);
  });

  it('has another device family than the others of its device', () => {
    const on = (family: string, label: string, name: string) =>
      job(name, { device: deviceOf(family) }, { device: label });
    const jobs = [
      on('ada', 'l4', '1'),
      on('ada', 'l4', '2'),
      on('volta', 'l4', '3'),
      on('volta', 'v100', '4'),
    ];
    expect(strays(jobs)).toEqual(['3 foreign: its device is volta, that of the others ada']);
  });

  it('is every one where nobody can tell which one is meant', () => {
    expect(strays([job('1'), job('2', headOf(c))])).toEqual([
      `1 foreign: its head is ${b}, that of as many others ${c}`,
      `2 foreign: its head is ${c}, that of as many others ${b}`,
    ]);
  });

  it('is named once, whatever is wrong with it', () => {
    const change = { ...headOf(c), manifest: 'other.yaml' };
    expect(strays([job('1'), job('2'), job('3', change)])).toHaveLength(1);
  });

  it('measured what another did, and then neither is believed', () => {
    const twice = job('2', { kernels: [kernelOf('1'), kernelOf('2')] });
    expect(strays([job('1'), twice, job('3')])).toEqual([
      '1 overlapping: 1 N=1 is in the report of 2 as well',
      '2 overlapping: 1 N=1 is in the report of 1 as well',
    ]);
  });

  it('takes nothing away from those that do', () => {
    const foreign = job('2', { ...headOf(c), kernels: [kernelOf('1')] });
    expect(strays([job('1'), foreign, job('3')])).toEqual([
      `2 foreign: its head is ${c}, that of the others ${b}`,
    ]);
  });
});
