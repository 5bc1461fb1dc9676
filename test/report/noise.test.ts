import { expect, it } from 'vitest';
import { renderMarkdown, renderTerminal } from '../../src/report/index.ts';
import { guardReport, regressedKernel } from './samples.ts';

it('shows the noise floor that the device’s A/A blocks gave', () => {
  const report = { ...guardReport([regressedKernel]), noiseFloor: { energy: 0.0123, latency: null } };
  expect(renderTerminal(report, { colour: false, width: 100 })).toContain(
    'noise   floor energy 1.2 %, from A/A blocks',
  );
  expect(renderMarkdown(report)).toContain('noise: floor energy 1.2 %, from A/A blocks');
});
