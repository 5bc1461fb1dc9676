import type { BufferBinding } from '../types.ts';
import type { AbstractElem, FnElem, WgslModule } from '../wesl.ts';
import type { Access } from './accesses.ts';

/** Attributes of an entry point that no other function has. Those of its parameters go as well. */
const stageAttributes: ReadonlySet<string> = new Set(['compute', 'workgroup_size', 'subgroup_size']);

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * A program that notes indices beyond their buffers: each index goes through a function, an invocation keeps in mind the last
 * read and the last write beyond, and the entry point, which has become a function of its own, is followed by writing that down.
 * So a check costs a comparison for each access, and no atomics before the end. Lines keep their numbers.
 *
 * @param notes two words for each access: how many invocations, and the least index
 * @param mode where reads beyond go: its first word is 0 for where the device has them, 1 for about as many eighths of the array as
 *   its second word says
 */
export function notingText(
  module: WgslModule,
  entry: FnElem,
  options: {
    readonly accesses: readonly Access[];
    /** How many accesses of other passes are noted before. */
    readonly first: number;
    readonly notes: BufferBinding;
    readonly mode: BufferBinding;
  },
): string {
  const { accesses, first, notes, mode } = options;
  const { text } = module;
  let prefix = 'bounds';
  while (text.includes(prefix)) prefix += '_';
  const edits: Edit[] = accesses.flatMap(({ index, length, writes }, i) => [
    { start: index.start, end: index.start, text: `${prefix}_${writes ? 'write' : 'read'}(u32(` },
    { start: index.end, end: index.end, text: `), ${length}, ${first + i + 1}u)` },
  ]);
  const name = entry.name.ident.originalName;
  edits.push({ start: entry.name.start, end: entry.name.end, text: `${prefix}_main` });
  const taken = [
    ...attributesOf(entry).filter(
      ({ attribute }) => 'name' in attribute && stageAttributes.has(attribute.name),
    ),
    ...entry.params.flatMap(attributesOf),
  ];
  for (const { start, end } of taken)
    edits.push({ start, end, text: text.slice(start, end).replaceAll(/[^\n]/g, ' ') });
  const start = Math.min(entry.start, ...attributesOf(entry).map((attribute) => attribute.start));
  const header = text.slice(start, entry.body.start);
  const handedOn = entry.params.map((parameter) => parameter.name.decl.ident.originalName).join(', ');
  const at = ({ group, binding }: BufferBinding) => `@group(${group}) @binding(${binding})`;
  const note = (kept: string) => `if (${kept}.x > 0u) {
    atomicAdd(&${prefix}_notes[2u * ${kept}.x - 2u], 1u);
    atomicMin(&${prefix}_notes[2u * ${kept}.x - 1u], ${kept}.y);
  }`;
  return `${edited(text, edits)}
${at(notes)} var<storage, read_write> ${prefix}_notes: array<atomic<u32>, ${notes.length}>;
${at(mode)} var<uniform> ${prefix}_mode: vec4u;
var<private> ${prefix}_kept_read: vec2u;
var<private> ${prefix}_kept_write: vec2u;
fn ${prefix}_read(index: u32, length: u32, note: u32) -> u32 {
  let beyond = index >= length;
  ${prefix}_kept_read = select(${prefix}_kept_read, vec2u(note, index), beyond);
  let other = min(length - 1u, (length / 8u + 1u) * ${prefix}_mode.y);
  return select(index, other, beyond && ${prefix}_mode.x > 0u);
}
fn ${prefix}_write(index: u32, length: u32, note: u32) -> u32 {
  ${prefix}_kept_write = select(${prefix}_kept_write, vec2u(note, index), index >= length);
  return index;
}
${header.replace(new RegExp(`\\bfn\\s+${name}\\b`), `fn ${name}`)} {
  ${prefix}_main(${handedOn});
  ${note(`${prefix}_kept_read`)}
  ${note(`${prefix}_kept_write`)}
}
`;
}

function attributesOf(element: AbstractElem) {
  return ('attributes' in element ? (element.attributes ?? []) : []).filter(
    ({ kind }) => kind === 'attribute',
  );
}

/** What ends where another begins stays before it: an index inside an index begins later and ends earlier. */
function edited(text: string, edits: readonly Edit[]): string {
  let result = '';
  let copied = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(copied, edit.start) + edit.text;
    copied = edit.end;
  }
  return result + text.slice(copied);
}
