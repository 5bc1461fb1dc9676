import type { CommentKernel, CommentRow } from '../../schema/index.ts';
import { codeMarkdown } from '../markdown/index.ts';

/** Where the repository is. */
export interface CommentPlace {
  /** `https://github.com/octo/kernels`; nothing is linked if it is not an address. */
  readonly repositoryUrl: string;
  /** What stands between that and the commit of a file. */
  readonly sourcePath: 'blob' | 'src/commit';
}

/** `shown` has to be safe as Markdown already. */
function link({ repositoryUrl }: CommentPlace, path: string, shown: string): string {
  if (!/^https?:\/\/[\w.-]+(?::\d{1,5})?(?:\/[\w.-]+)*$/.test(repositoryUrl)) return shown;
  return `<a href="${repositoryUrl}/${path}">${shown}</a>`;
}

/** Percent-encoded by what may stand in an address and nothing else, `/` excepted. */
function encoded(path: string): string {
  return [...new TextEncoder().encode(path)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[\w./-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** `Run 42, attempt 1`. */
export function runLink(place: CommentPlace, { run, attempt }: Pick<CommentRow, 'run' | 'attempt'>): string {
  return `${link(place, `actions/runs/${run}/attempts/${attempt}`, `Run ${run}`)}, attempt ${attempt}`;
}

/** The uploaded report; where there is none, the run, whose summary has it. */
export function reportLink(place: CommentPlace, { run, attempt, artifact }: CommentRow): string {
  if (artifact === null) {
    return link(place, `actions/runs/${run}/attempts/${attempt}`, 'job summary');
  }
  return link(place, `actions/runs/${run}/artifacts/${artifact}`, 'report');
}

/** The line of a kernel's source as the pull request has it; empty without one. */
export function sourceLink(
  place: CommentPlace,
  { head }: CommentRow,
  { file, line }: Pick<CommentKernel, 'file' | 'line'>,
): string {
  if (file === '') return '';
  const shown = codeMarkdown(line === null ? file : `${file}:${line}`);
  return link(
    place,
    `${place.sourcePath}/${head}/${encoded(file)}${line === null ? '' : `#L${line}`}`,
    shown,
  );
}
