import { formatConfigurationChange } from '../format.ts';
import { diffNotes, diffStatuses, placeText } from '../notes/index.ts';
import { element, escapeMarkup } from '../svg/index.ts';
import type { DiffKernel } from '../types.ts';
import { codeHtml, disclosure, paragraph, tableHtml, textHtml } from './parts.ts';
import { diffHtml } from './program-diff.ts';

function tuningOf({ shipped }: DiffKernel): string {
  return shipped
    .map(({ configuration: { base, head }, families }) => {
      const tuned = formatConfigurationChange(base, head);
      return tuned === ''
        ? ''
        : paragraph(`Tuning (${textHtml(families.join(', '))}): ${codeHtml(tuned, 1000)}`);
    })
    .join('');
}

/** Every fact of every configuration: what the lines above it leave out. */
function factsTable({ shipped }: DiffKernel): string {
  const figure = (amount: number | null) =>
    amount === null ? 'unknown' : escapeMarkup(amount.toLocaleString('en-US'));
  const rows = shipped.flatMap(({ families, change }) =>
    change.moved.map(({ what, per, unit, base, head }) => [
      textHtml(families.join(', ')),
      textHtml(unit === 'bytes' ? `${what}, bytes` : what, 150),
      escapeMarkup(per),
      figure(base),
      figure(head),
    ]),
  );
  if (rows.length === 0) return '';
  return tableHtml({
    caption: 'What moved, counted in the programs',
    titles: ['devices', 'what', 'of a', 'base', 'head'],
    figureColumns: [3, 4],
    rows,
  });
}

/** Status, name and what moved, as a row of the overview. */
export function diffRow(kernel: DiffKernel, id: string | null): readonly string[] {
  const name = textHtml(kernel.kernel, 100);
  return [
    element('span', { class: 'verdict faint' }, diffStatuses[kernel.status].text),
    `${id === null ? name : element('a', { href: `#${id}` }, name)} <span class="faint">${textHtml(kernel.workload, 200)}</span>`,
    diffNotes(kernel)
      .map((note) => escapeMarkup(note))
      .join('<br>'),
  ];
}

/** The card of a kernel and workload whose program is another one. */
export function diffCard(kernel: DiffKernel, id: string, diffLength: number): string {
  const place = placeText(kernel);
  const { diff } = kernel;
  const program = diff === null || diff === '' || diffLength === 0 ? '' : diffHtml(diff, diffLength);
  return element(
    'article',
    { id, 'aria-labelledby': `${id}-name` },
    element(
      'h2',
      { id: `${id}-name` },
      `${textHtml(kernel.kernel, 100)} ${element('span', { class: 'faint' }, textHtml(kernel.workload, 200))}`,
    ),
    paragraph(`${diffStatuses[kernel.status].text}, not measured: ${textHtml(kernel.reason)}`),
    place === null ? '' : paragraph(`in ${codeHtml(place)}`, 'faint'),
    factsTable(kernel),
    disclosure('What differs', tuningOf(kernel) + program),
  );
}
