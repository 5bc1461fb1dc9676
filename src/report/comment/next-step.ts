import type { CommentKernel, CommentNetwork, CommentRow } from '../../schema/index.ts';
import { codeMarkdown, escapeMarkdown } from '../markdown/index.ts';
import { type CommentPlace, reportLink } from './links.ts';

/** `softmax, row-sum and others` as code. A long row has lost some of its kernels, so there is no count. */
function names(those: readonly (CommentKernel | CommentNetwork)[]): string {
  const all = [
    ...new Set(those.map((one) => ('kernel' in one ? one.kernel : `network ${one.name ?? ''}`.trim()))),
  ];
  const shown = all.slice(0, 3).map((name) => codeMarkdown(name, 100));
  return shown.join(', ') + (all.length > shown.length ? ' and others' : '');
}

/** How what is wanted is accepted: by a label, or by another gate. */
function acceptance(
  those: readonly (CommentKernel | CommentNetwork)[],
  wanted = { what: 'the cost is wanted', gate: 'a wider `gate`' },
): string {
  const labels = [...new Set(those.flatMap(({ acceptLabel }) => acceptLabel ?? []))];
  if (labels.length === 0) {
    return `If ${wanted.what}, merge ${wanted.gate} first: there is no \`gate.accept-label\` at base, so no label accepts it.`;
  }
  const shown = labels.slice(0, 3).map((label) => codeMarkdown(label, 100));
  return `If ${wanted.what}, put the label ${shown.join(' and ')} on this pull request and run the job again.`;
}

const newResults = { what: 'the new results are right', gate: 'a `gate.fail-on` without `wrong-result`' };

function ofFailed(kernels: readonly CommentKernel[], networks: readonly CommentNetwork[]): readonly string[] {
  const measured = kernels.filter(({ energy, latency }) => energy !== null || latency !== null);
  const isSlower = ({ verdict }: CommentKernel | CommentNetwork) => verdict === 'regressed';
  const slower = [...measured.filter(isSlower), ...networks.filter(isSlower)];
  const broken = kernels.filter((kernel) => isSlower(kernel) && !measured.includes(kernel));
  const lost = kernels.filter(({ verdict }) => verdict === 'missing-baseline');
  const wrong = kernels.filter(({ verdict }) => verdict === 'wrong-result');
  const told = [...slower, ...broken, ...lost, ...wrong];
  const rest = [...kernels, ...networks].filter((one) => !told.includes(one));
  return [
    ...(broken.length > 0 ? [`Make ${names(broken)} build and run.`] : []),
    ...(slower.length > 0 ? [`Make ${names(slower)} cheaper.`, acceptance(slower)] : []),
    ...(wrong.length > 0
      ? [`Make ${names(wrong)} compute what it should.`, acceptance(wrong, newResults)]
      : []),
    ...(lost.length > 0 ? [`Repair the baseline of ${names(lost)}.`] : []),
    ...(rest.length > 0 ? [`Run the job again for ${names(rest)}.`] : []),
  ];
}

const ofVerdict: Readonly<Record<CommentRow['verdict'], readonly string[]>> = {
  failed: [],
  passed: [],
  'no-verdict': ['Do what the message below says, then run the job again.'],
  'could-not-measure': ['Run the job again; nothing was judged that could pass.'],
  interrupted: ['Run the job again.'],
  environment: ['Run the job again when nothing else uses the device.'],
  partial: ['Run the job again, with more `max-minutes` if time was short: not everything was judged.'],
  'nothing-gated': [],
  'not-measured': [],
};

/** Jobs that ended without a verdict below one that is worse: what they say is not to be overlooked. */
function silentText(rows: readonly CommentRow[]): string {
  if (rows.length === 0) return '';
  const named = rows.map(({ device }) => (device === '' ? 'a job' : escapeMarkdown(device, 60)));
  return ` There is no verdict of ${named.join(', ')}: see below.`;
}

/** What to do about the worst row, and where its report is. Empty where there is nothing to be done. */
export function nextStep(rows: readonly CommentRow[], worst: CommentRow, place: CommentPlace): string {
  const failing = rows.flatMap(({ kernels }) => kernels.filter(({ fails }) => fails));
  const networks = rows.flatMap((row) => (row.networks ?? []).filter(({ fails }) => fails));
  const isFailing = failing.length + networks.length > 0;
  const steps = isFailing ? ofFailed(failing, networks) : ofVerdict[worst.verdict];
  if (steps.length === 0) return '';
  const silent = rows.filter((row) => row !== worst && row.verdict === 'no-verdict');
  const details = isFailing ? ` Details: ${reportLink(place, worst)}.` : '';
  return `**Next:** ${steps.join(' ')}${details}${silentText(silent)}`;
}
