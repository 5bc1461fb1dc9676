import { expect, it } from 'vitest';
import { annotationsOf, hasNews } from '../../src/report/index.ts';
import { guardReport, retunedKernel, retunedKernels, retuneReport, unmeasuredKernel } from './samples.ts';

it('an interrupted retune is annotated as that, and as nothing else', () => {
  const report = retuneReport(retunedKernels, { exitCode: 130 });
  expect(annotationsOf(report)).toEqual([
    {
      level: 'warning',
      title: 'Joulegate: retune interrupted',
      message: 'interrupted, no configuration was replaced',
      file: null,
      line: null,
    },
  ]);
});

it('an interrupted retune is news, one that keeps everything is none', () => {
  const kept = retunedKernel({ configuration: { W: 1 }, previousConfiguration: { W: 1 } });
  expect(hasNews(retuneReport([kept]))).toBe(false);
  expect(hasNews(retuneReport([kept], { exitCode: 130 }))).toBe(true);
});

it('a kernel of which nothing works is annotated with what fails', () => {
  const broken = retunedKernels.filter((kernel) => kernel.kernel === 'broken');
  expect(annotationsOf(retuneReport(broken))).toEqual([
    {
      level: 'warning',
      title: 'broken: no configuration works',
      message:
        'ROWS=1024,COLS=512: no configuration works; see the failures: failed: compile 4, e.g. kernels/softmax.wesl:12: struct member zz not found (WORKGROUP=64, PER_THREAD=1, VECTORIZE=true)',
      file: 'joulegate.yaml',
      line: 14,
    },
  ]);
});

it('a removed kernel that fails the run is annotated without a place', () => {
  const removed = unmeasuredKernel({
    kernel: 'gone',
    verdict: 'removed',
    reason: 'not in head',
    fails: true,
    file: null,
    line: null,
  });
  expect(annotationsOf(guardReport([removed]))).toEqual([
    {
      level: 'error',
      title: 'gone: removed',
      message: 'ROWS=1024,COLS=512: not in head',
      file: null,
      line: null,
    },
  ]);
});
