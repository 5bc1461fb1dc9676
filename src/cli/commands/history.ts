import { showHistory } from '../../app/index.ts';
import { ExitCode } from '../../errors/index.ts';
import { formatChange, formatJoules, formatMilliseconds } from '../../report/index.ts';
import type { HistorySeries } from '../../schema/index.ts';
import type { CommandSpec } from '../command.ts';
import { columns, count, formatJson } from '../format.ts';
import { jsonOption } from '../shared-options.ts';

/** Where a kernel stands, and what changed last. */
function row({ kernel, workload, device, nights, changes }: HistorySeries): readonly string[] {
  const [last, change] = [nights.at(-1), changes.at(-1)];
  return [
    kernel,
    workload,
    device,
    count(nights.length, 'night'),
    last?.joules == null ? '' : `${formatJoules(last.joules)}${last.estimated ? ' (estimated)' : ''}`,
    last === undefined ? '' : formatMilliseconds(last.latencyMs),
    change === undefined
      ? ''
      : `${change.metric} ${formatChange(change.ratio)} on ${change.at.slice(0, 10)}${change.commit === null ? '' : ` at ${change.commit.slice(0, 12)}`}`,
  ];
}

export const historyCommand: CommandSpec = {
  name: 'history',
  summary: 'show what kernels cost over the nights',
  positionals: ['STATE...'],
  description: `Shows what every kernel cost over the nights that the action kept, and when that changed for good. STATE is the
directory that the nightly job has as its input \`cache\`, or a kept state in it (joulegate-...-state.json.gz).`,
  examples: [
    'joulegate history cache --out history.html',
    'joulegate history cache --json',
    'joulegate history joulegate-v1-nvidia-h200-0123456789abcdef-state.json.gz',
  ],
  options: {
    out: { type: 'string', value: 'FILE', help: 'write it as a page of HTML that needs nothing else' },
    ...jsonOption,
  },
  async run(args, host) {
    const out = args.text('out');
    const history = showHistory(host, { paths: args.positionals, ...(out === undefined ? {} : { out }) });
    const table = `${columns(history.series.map(row), [4, 5])}\n`;
    const written = out === undefined ? '' : `${out}: ${history.series.length} series\n`;
    const output = args.flag('json') ? formatJson(history) : `${table}${written}`;
    return { output, exitCode: ExitCode.passed };
  },
};
