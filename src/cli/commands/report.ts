import { loadReport, renderHtml, renderMarkdown, renderTerminal } from '../../app/index.ts';
import { ExitCode } from '../../errors/index.ts';
import type { CommandSpec } from '../command.ts';
import { formatJson } from '../format.ts';

export const reportCommand: CommandSpec = {
  name: 'report',
  summary: 'show a report.json again',
  positionals: ['FILE'],
  description:
    'Shows a report that guard, retune or diff wrote, as tables, as Markdown, as a page of HTML that needs nothing else, or as JSON.',
  examples: [
    'joulegate report out/report.json',
    'joulegate report out/report.json --format markdown',
    'joulegate report out/report.json --format html > report.html',
  ],
  options: {
    format: {
      type: 'string',
      value: 'FORMAT',
      help: 'how to show it; terminal unless given',
      choices: ['terminal', 'markdown', 'html', 'json'],
    },
    json: { type: 'boolean', help: 'the same as --format json' },
  },
  async run(args, host, terminal) {
    const report = loadReport(host, args.positionals[0]!);
    const format = args.flag('json') ? 'json' : (args.text('format') ?? 'terminal');
    const render = {
      terminal: () => renderTerminal(report, terminal),
      markdown: () => renderMarkdown(report),
      html: () => renderHtml(report),
      json: () => formatJson(report),
    };
    const output = render[format as keyof typeof render]();
    return { output, exitCode: ExitCode.passed, isDocument: format !== 'terminal' };
  },
};
