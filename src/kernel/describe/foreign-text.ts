import { lineStarts, positionAt, type TextPosition } from '../text-position.ts';
import { blankComments } from '../tokens.ts';

/** What a text is that is no WGSL, and what its reader can do about it. */
export interface ForeignText extends TextPosition {
  /** To follow "is": `a C preprocessor template`. */
  readonly what: string;
  /** What gives it away, as it stands in the text. */
  readonly sign: string;
  /** What to do, as a sentence without a full stop. */
  readonly wayOn: string;
}

interface Kind {
  readonly what: string;
  readonly sign: RegExp;
  readonly wayOn: string;
}

const readTemplate =
  'such files are read as they are, but drafting takes values: write its entry by hand, with its names as tunables and workload parameters (docs/sources.md)';
const generate = 'have its own tool print WGSL and name that with `generate:` (docs/sources.md)';
const asProgram = 'guard it as a program with `command:` (docs/command-kernels.md)';
const translate =
  'translate it to WGSL, e.g. with naga or Tint, or guard it as a program with `command:` (docs/command-kernels.md)';
const inHost = 'name the string in it with `source: { file: ..., export: ... }` (docs/sources.md)';

/**
 * Other languages and templates by what is theirs alone, more telling ones first. They are looked for only in what is no WGSL,
 * so a sign need not be impossible there.
 */
const kinds: readonly Kind[] = [
  {
    what: 'a Git LFS pointer',
    sign: /^version https:\/\/git-lfs\S*/,
    wayOn: 'fetch the file with `git lfs pull`',
  },
  { what: 'a file with merge conflicts', sign: /^<<<<<<< .*/m, wayOn: 'resolve them' },
  {
    what: 'SPIR-V',
    sign: /^\s*(?:; SPIR-V|OpCapability\b)/,
    wayOn: translate,
  },
  { what: 'HTML', sign: /^\s*<(?:!doctype|html|script|head)\b/i, wayOn: inHost },
  { what: 'JSON', sign: /^\s*[{[]\s*"/, wayOn: generate },
  {
    what: 'Metal',
    sign: /#include\s*<metal_\w+>|using\s+namespace\s+metal\b|\[\[\s*(?:thread_position_in_\w+|threadgroup_position_in_grid|buffer\s*\()|\bkernel\s+void\s+\w+/,
    wayOn: asProgram,
  },
  { what: 'CUDA or HIP', sign: /\b__global__\b|\bblockIdx\.[xyz]\b/, wayOn: asProgram },
  { what: 'OpenCL C', sign: /\b__kernel\b|\bget_global_id\s*\(/, wayOn: asProgram },
  { what: 'Slang', sign: /\[\s*shader\s*\(\s*"\w+"\s*\)\s*\]/, wayOn: translate },
  {
    what: 'HLSL',
    sign: /\[\s*numthreads\s*\(|\b(?:RW)?(?:Structured|ByteAddress)Buffer\b|\bcbuffer\s+\w+|:\s*SV_\w+/i,
    wayOn: translate,
  },
  {
    what: 'GLSL',
    sign: /^[ \t]*#version\s+\d+.*|\blayout\s*\(\s*(?:local_size_x|std140|std430|set|binding|push_constant|location)\b|\bgl_\w+ID\b|\bvoid\s+main\s*\(/m,
    wayOn: translate,
  },
  {
    what: 'Rust',
    sign: /^[ \t]*(?:pub +)?(?:const|static)\s+\w+\s*:\s*&(?:'static\s+)?str\b|\br#+"|\bimpl\s+\w+|^[ \t]*use +\w+::/m,
    wayOn: inHost,
  },
  { what: 'C++', sign: /\bR"\w*\(|^[ \t]*#include *<\w+>|\bstd::\w+/m, wayOn: inHost },
  {
    what: 'JavaScript or TypeScript',
    sign: /^[ \t]*(?:export |module\.exports|import .*\bfrom *['"]|(?:const|let|var) +\w+ *= *(?:\/\*.*\*\/ *)?`)/m,
    wayOn: inHost,
  },
  {
    what: 'a naga_oil module (Bevy)',
    sign: /^[ \t]*#(?:import|define_import_path)\b.*|#\{\w+\}|^[ \t]*#else[ \t]+if(?:n?def)?\b.*/m,
    wayOn: `WESL has imports of its own; or ${generate}`,
  },
  { what: "a template of ONNX Runtime's", sign: /^[ \t]*#(?:param|use)\b.*/m, wayOn: generate },
  {
    what: "a template of llama.cpp's",
    sign: /^[ \t]*#(?:define\(\w+\)|decl\(\w+\)|enddecl\(\w+\)|end\(\w+\))/m,
    wayOn: generate,
  },
  {
    what: 'a C preprocessor template',
    sign: /^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif|elifdef|else|endif|define|undef|include|pragma|error|line)\b.*/m,
    wayOn: readTemplate,
  },
  { what: 'a template with {% ... %}', sign: /\{%[^\n]{0,200}?%\}/, wayOn: generate },
  { what: 'a template with <% ... %>', sign: /<%[^\n]{0,200}?%>/, wayOn: generate },
  { what: `a template with \${...}`, sign: /\$\{[^}\n]*\}?/, wayOn: generate },
  { what: 'a template with {{ ... }}', sign: /\{\{\s*[^{};\s][^{};\n]*\}\}/, wayOn: readTemplate },
  {
    what: 'a template with $ lines',
    sign: /^[ \t]*\$(?:if|elif|else|for|endif|end)\b.*|\$\w+\$?/m,
    wayOn: generate,
  },
  { what: 'a template with @NAME@', sign: /@@\w+(?:@@)?|@[A-Z_]{2,}@/, wayOn: generate },
  { what: 'a template with {NAME}', sign: /[<(=,] *\{[A-Za-z_]\w*\}/, wayOn: generate },
  { what: 'a template with %NAME%', sign: /%[A-Z_]{2,}%/, wayOn: generate },
  {
    what: 'WGSL from before 2022',
    sign: /\[\[\s*(?:stage|block|group|binding|location|builtin|stride|access|workgroup_size)\b|@stage\s*\(\s*\w+\s*\)|: *@stride\(\d+\)|\) +group\(\d+\)/,
    wayOn: 'write attributes as `@compute @workgroup_size(64)`',
  },
  { what: 'a file with `use`, which joins files', sign: /^[ \t]*use +[\w./-]+\.wgsl\b.*/m, wayOn: generate },
  {
    what: "PlayCanvas's WGSL",
    sign: /^[ \t]*(?:uniform|varying|attribute) +\w+ *: *\w+.*/m,
    wayOn: generate,
  },
  {
    what: 'WGSL with 64-bit numbers (naga)',
    sign: /\b\d[\d.]*l[iuf]\b|\b[iuf]64\b/,
    wayOn: 'WebGPU has no such numbers: use 32 bits, or pairs of them',
  },
  { what: 'a preprocessor template', sign: /^[ \t]*#[ \t]*\w+.*/m, wayOn: generate },
];

/** What a text that cannot be read as WGSL is instead; null if nothing gives it away. */
export function foreignText(text: string): ForeignText | null {
  const searched = blankComments(text);
  for (const { what, sign, wayOn } of kinds) {
    // What stands at the very start may look like a comment.
    const match = sign.exec(sign.multiline ? searched : text) ?? sign.exec(searched);
    if (match === null) continue;
    const lead = match[0].length - match[0].trimStart().length;
    const place = positionAt(lineStarts(text), match.index + lead);
    return { what, sign: match[0].trim().replaceAll(/\s+/g, ' ').slice(0, 40), wayOn, ...place };
  }
  return null;
}
