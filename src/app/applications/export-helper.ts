import { JoulegateError } from '../../errors/index.ts';
import { writeFileAtomic } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { absolutePath } from '../project/index.ts';
import header from './helpers/joulegate.h';
import module from './helpers/joulegate_program.py';

/** What programs are written with, by language. */
const helpers = {
  c: { file: 'joulegate.h', text: header },
  python: { file: 'joulegate_program.py', text: module },
} as const;

const helperLanguages = Object.keys(helpers) as readonly (keyof typeof helpers)[];

/**
 * Writes the part of a program that talks to Joulegate.
 * @param options.out path of the file; the helper's own name in the working directory unless given
 * @returns the path, as it was given
 * @throws JoulegateError bad-input for a language that there is none for, and for a file that cannot be written
 */
export function exportHelper(
  host: Host,
  options: { readonly language: string; readonly out?: string | undefined },
): string {
  const language = helperLanguages.find((one) => one === options.language);
  if (language === undefined) {
    throw new JoulegateError('bad-input', `There is no helper for "${options.language}".`, {
      code: 'bad-arguments',
      nextStep: `There are ${helperLanguages.join(' and ')}: joulegate export helper c`,
    });
  }
  const { file, text } = helpers[language];
  const out = options.out ?? file;
  writeFileAtomic(absolutePath(host, out), text);
  return out;
}
