import type { CommentProgram, CommentRow } from '../../schema/index.ts';
import { codeMarkdown, details, escapeMarkdown } from '../markdown/index.ts';
import { diffStatuses, notMeasuredText } from '../notes/index.ts';
import { type CommentPlace, sourceLink } from './links.ts';

/** Programs that are shown open; the others are folded. */
const maxOpen = 10;

/** A program in a line, below it what moved, and in small letters its workload and source. */
function loudItem(row: CommentRow, program: CommentProgram, place: CommentPlace): string {
  const { mark, text } = diffStatuses[program.status];
  const below = [codeMarkdown(program.workload, 150), sourceLink(place, row, program)];
  const shown = below.filter((part) => part !== '').join(' · ');
  return [
    `- ${mark} **${codeMarkdown(program.kernel, 100)}** ${text}<br><sub>${shown}</sub>`,
    ...program.moved.map((line) => `  - ${escapeMarkdown(line)}`),
  ].join('\n');
}

function quietItem({ kernel, workload, status }: CommentProgram): string {
  return `- ${codeMarkdown(kernel, 100)} ${codeMarkdown(workload, 150)} ${diffStatuses[status].text}`;
}

/** What was found in programs, as blocks. */
export function programBlocks(row: CommentRow, place: CommentPlace): readonly string[] {
  const { programs = [] } = row;
  const open = programs.filter(({ status }) => status !== 'identical').slice(0, maxOpen);
  const folded = programs.filter((program) => !open.includes(program));
  return [
    notMeasuredText,
    open.map((program) => loudItem(row, program, place)).join('\n'),
    details(`${folded.length} more`, folded.map(quietItem).join('\n')),
  ];
}
