import type { EntryResult, FileResult } from './study.ts';

const columns = [
  'project',
  'files',
  'drafted',
  'refused',
  'wrongly',
  'crash',
  'entries',
  'built',
  'compile',
  'complete',
  'bind groups',
];

function row(name: string, files: readonly FileResult[]): readonly (string | number)[] {
  const entries = files.flatMap((file) => file.entries);
  const compiled = entries.filter(isCompiled);
  const complete = compiled.filter(({ unknown }) => unknown.length === 0);
  const wrong = compiled.filter((entry) => entry.compiled?.bindGroups !== null);
  return [
    name,
    files.length,
    files.filter(({ outcome }) => outcome === 'drafted').length,
    files.filter((file) => file.outcome === 'refused' && !isWronglyRefused(file)).length,
    files.filter(isWronglyRefused).length,
    files.filter(({ outcome }) => outcome === 'crash').length,
    entries.length,
    entries.filter(({ notBuilt }) => notBuilt === null).length,
    compiled.length,
    complete.length,
    wrong.length === 0 ? 'right' : `${wrong.length} wrong`,
  ];
}

/** A program that the compiler takes was called unreadable. */
function isWronglyRefused({ outcome, compilesAsWritten }: FileResult): boolean {
  return outcome === 'refused' && compilesAsWritten === true;
}

function isCompiled({ compiled }: EntryResult): boolean {
  return compiled?.error === null;
}

/** Counts by project. */
export function table(
  projects: readonly { readonly name: string; readonly files: readonly FileResult[] }[],
): string {
  const withFiles = projects.filter(({ files }) => files.length > 0);
  const all = withFiles.flatMap(({ files }) => files);
  const rows = [columns, ...withFiles.map(({ name, files }) => row(name, files)), row('all', all)];
  const widths = columns.map((_, i) => Math.max(...rows.map((one) => String(one[i]).length)));
  return rows
    .map((one) =>
      one
        .map((cell, i) =>
          i === 0 ? String(cell).padEnd(widths[i] ?? 0) : String(cell).padStart(widths[i] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

/** Reasons and how often each was given; names and numbers in them are left out. */
export function counts(files: readonly FileResult[]): string {
  const entries = files.flatMap((file) => file.entries);
  return [
    section(
      'refused by name',
      files.filter(({ outcome }) => outcome === 'refused').map(({ reason }) => reason),
    ),
    section(
      'entry points left out',
      files.flatMap(({ leftOut }) => leftOut),
    ),
    section(
      'crashes',
      files.filter(({ outcome }) => outcome === 'crash').map(({ reason }) => reason),
    ),
    section(
      'not built',
      entries.map(({ notBuilt }) => notBuilt),
    ),
    section(
      'not compiled',
      entries.map(({ compiled }) => compiled?.error ?? null),
    ),
    section(
      'bind groups',
      entries.map(({ compiled }) => compiled?.bindGroups ?? null),
    ),
    section(
      'features unknown',
      entries
        .filter(isCompiled)
        .map(({ unknown }) => (unknown.length === 0 ? null : unknown.slice(0, 4).join(' '))),
    ),
  ].join('\n');
}

function section(title: string, reasons: readonly (string | null)[]): string {
  const byReason = new Map<string, number>();
  for (const reason of reasons) {
    if (reason === null) continue;
    const plain = (reason.split('\n')[0] ?? '')
      .replace(/^[^\s:]+(?::\d+)*: /, '')
      .replaceAll(/`[^`]*`|'[^']*'/g, '_')
      .replaceAll(/\d+/g, '0')
      .slice(0, 150);
    byReason.set(plain, (byReason.get(plain) ?? 0) + 1);
  }
  const lines = [...byReason]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${String(count).padStart(6)}  ${reason}`);
  return [`\n${title}`, ...(lines.length === 0 ? ['     0'] : lines)].join('\n');
}
