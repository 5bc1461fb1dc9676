import { type ParserPlugin, parse } from '@babel/parser';
import type { Statement } from '@babel/types';
import type { ComposedText } from '../composed-text.ts';
import { EmbeddingFault } from './fault.ts';
import type { HostFile } from './host-file.ts';
import { Bindings } from './javascript-bindings.ts';
import { JavaScriptText } from './javascript-text.ts';

function pluginsFor(extension: string): ParserPlugin[] {
  const isTyped = /^[cm]?tsx?$/.test(extension);
  const hasMarkup = !isTyped || extension === 'tsx';
  return [
    'decorators',
    ...(isTyped ? (['typescript'] as const) : []),
    ...(hasMarkup ? (['jsx'] as const) : []),
  ];
}

/** @throws EmbeddingFault for a file that is none of its language */
function parseFile({ text, extension }: HostFile): readonly Statement[] {
  try {
    const { program } = parse(text, {
      sourceType: 'unambiguous',
      errorRecovery: true,
      allowReturnOutsideFunction: true,
      plugins: pluginsFor(extension),
    });
    return program.body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { pos = 0 } = error as { readonly pos?: number };
    const message = `it cannot be read: ${error.message.replace(/ \(\d+:\d+\)$/, '')}`;
    throw new EmbeddingFault(pos, message, 'see that it compiles');
  }
}

/** A template literal or text of TypeScript or JavaScript, out of the constant of that name. */
export function takeFromJavaScript(host: HostFile, into: ComposedText): void {
  const bindings = new Bindings(parseFile(host));
  new JavaScriptText(host, bindings, into).add(bindings.named(host.name));
}
