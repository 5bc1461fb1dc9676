import { folderOf } from './paths.ts';
import type { TemplateMarks } from './types.ts';

/** Template languages that are not read, by what gives each away, in the order in which they are looked for. */
const foreign: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'naga_oil (`#import`, `#{NAME}`)', pattern: /^[ \t]*#[ \t]*(?:import|define_import_path)\b|#\{/m },
  {
    name: 'wgsl-template, which ONNX Runtime uses (`#param`, `#use`, `$MAIN`)',
    pattern: /^[ \t]*(?:#[ \t]*(?:param|use)\b|\$MAIN\b)/m,
  },
  { name: '`#decl` blocks', pattern: /^[ \t]*#[ \t]*(?:decl|enddecl)\b/m },
  {
    name: 'Python in lines (`$if X:`, `$for`, `$' + '{...}`), which ExecuTorch uses',
    pattern: /^[ \t]*\$[ \t]*(?:if|elif|else|for)\b|\$\{/m,
  },
  { name: 'Jinja or Tera (`{% ... %}`)', pattern: /\{%/ },
  { name: 'Mustache (`{{#...}}`)', pattern: /\{\{[#^/>!&{]/ },
  { name: 'EJS (`<% ... %>`)', pattern: /<%/ },
];

const directive = /^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif|else|endif|define|undef|include|error)\b/m;

/** `{{ NAME }}`, or arithmetic on names, which is nothing that WGSL could say. */
export const placeholder = /\{\{[ \t]*([A-Za-z_(-][\w \t+\-*/%().]*?)[ \t]*\}\}/g;

/** An include of a file by its path. */
const include = /^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"/gm;

/** What is to be done to a text; null if it is WGSL already. */
export function templateMarks(text: string): TemplateMarks | null {
  const marks = { directives: directive.test(text), placeholders: text.match(placeholder) !== null };
  return marks.directives || marks.placeholders ? marks : null;
}

/** A template language that is not read, with where it first shows; null if there is none. */
export function foreignTemplate(text: string): { readonly name: string; readonly offset: number } | null {
  for (const { name, pattern } of foreign) {
    const index = text.search(pattern);
    if (index !== -1) return { name, offset: index + (/^\s*/.exec(text.slice(index))?.[0].length ?? 0) };
  }
  return null;
}

/** The files that a text includes, under conditions too, as they are written. */
export function includedPaths(text: string): readonly string[] {
  return [...text.matchAll(include)].map(([, path = '']) => path);
}

/**
 * Where a file is looked for that another includes: beside that one, then beside the program's own. Paths are relative to the
 * manifest's folder.
 */
export function includeCandidates(written: string, from: string, root: string): readonly string[] {
  const beside = (path: string) => {
    const parts: string[] = [];
    for (const part of `${folderOf(path)}/${written}`.split('/')) {
      const last = parts.at(-1);
      if (part === '' || part === '.') continue;
      if (part === '..' && last !== undefined && last !== '..') parts.pop();
      else parts.push(part);
    }
    return parts.join('/');
  };
  return [...new Set([beside(from), beside(root)])];
}
