import { createHash } from 'node:crypto';
import { mapDiagnostic } from '../source-lines.ts';
import { lineStarts, positionAt } from '../text-position.ts';
import type { BufferBinding, Pass, PassBinding, Program, VariantFailure } from '../types.ts';
import { type FnElem, parseWgsl, type WgslModule } from '../wesl.ts';
import { type Access, accessesIn } from './accesses.ts';
import { boundBuffers } from './bound-buffers.ts';
import { notingText } from './noting-text.ts';

/** A program that does what another does, and notes every index that is beyond a buffer. */
export interface BoundsCheck {
  /** Its last two buffers are `notes` and `mode`. */
  readonly program: Program;
  /**
   * What the notes say of what was written beyond a buffer, or, if `shows`, read as well; null if nothing was.
   * @param notes what that buffer holds after a launch
   * @param shows whether results depend on what is read beyond buffers: many programs throw away what they read there
   */
  failure(notes: Uint8Array, shows: boolean): VariantFailure | null;
}

/** What is noted of an access at first: how often it went beyond, and the least index. */
const blank = [0, 0xffff_ffff] as const;

/** What is shown of an expression. */
const shownCharacters = 80;

/**
 * The check of a program's indices: robustness, which every WebGPU has, gives a read beyond a buffer some other element, so a
 * wrong index need not show in any result. null if the program indexes nothing that could go wrong.
 */
export function boundsCheck(program: Program): BoundsCheck | null {
  const checked = program.passes.map((pass) => checkedPass(pass));
  const passes = checked.filter((one) => one !== null);
  const count = passes.reduce((sum, { accesses }) => sum + accesses.length, 0);
  if (count === 0 || passes.length < program.passes.length) return null;
  const values = Array.from({ length: count }, () => blank).flat();
  const group = Math.max(0, ...program.passes.flatMap(({ bindings }) => bindings.map((one) => one.group)));
  const taken = program.passes.flatMap(({ bindings }) => bindings.filter((one) => one.group === group));
  const binding = Math.max(-1, ...taken.map((one) => one.binding)) + 1;
  const own = { group, type: 'u32', fill: 'zeros', seed: 0, check: null } as const;
  const notes: BufferBinding = {
    ...own,
    name: 'notes',
    binding,
    kind: 'storage',
    length: values.length,
    byteLength: 4 * values.length,
    values,
    readsInitial: true,
  };
  const mode: BufferBinding = {
    ...own,
    name: 'mode',
    binding: binding + 1,
    kind: 'uniform',
    length: 4,
    byteLength: 16,
    values: [0, 0, 0, 0],
  };
  const added = [notes, mode].map(({ kind, binding }, i): PassBinding => {
    return { buffer: program.buffers.length + i, group, binding, kind };
  });
  let first = 0;
  const noting = passes.map(({ pass, module, entry, accesses }): Pass => {
    const text = notingText(module, entry, { accesses, first, notes, mode });
    first += accesses.length;
    return { ...pass, wgsl: text, bindings: [...pass.bindings, ...added] };
  });
  return {
    program: {
      ...program,
      passes: noting,
      // It is launched once.
      buffers: [...program.buffers.map(({ betweenLaunches: _, ...buffer }) => buffer), notes, mode],
      identity: createHash('sha256').update(`bounds ${program.identity}`).digest('hex'),
    },
    failure(bytes, shows) {
      const words = new Uint32Array(bytes.slice().buffer);
      let at = 0;
      for (const checked of passes) {
        const noted = notedIn(words.subarray(2 * at), checked.accesses);
        at += checked.accesses.length;
        const failure = failureOf(
          shows ? noted : noted.filter(({ writes }) => writes),
          checked.pass,
          boundBuffers(checked.module, checked.pass.bindings, program.buffers),
        );
        if (failure !== null) return failure;
      }
      return null;
    },
  };
}

interface CheckedPass {
  readonly pass: Pass;
  readonly module: WgslModule;
  readonly entry: FnElem;
  readonly accesses: readonly Access[];
}

/** A pass with the indices in its text; null if it has no such text: a device's compiler says better what is wrong. */
function checkedPass(pass: Pass): CheckedPass | null {
  const parsed = parseWgsl('', pass.wgsl);
  if (!parsed.ok) return null;
  const module = parsed.value;
  const entry = module.declarations.find(
    (item): item is FnElem => item.kind === 'fn' && item.name.ident.originalName === pass.entryPoint,
  );
  return entry === undefined ? null : { pass, module, entry, accesses: accessesIn(module) };
}

interface Noted extends Access {
  readonly count: number;
  readonly least: number;
}

function notedIn(notes: Uint32Array, accesses: readonly Access[]): readonly Noted[] {
  return accesses.flatMap((access, i) => {
    const count = notes[2 * i] ?? 0;
    return count === 0 ? [] : [{ ...access, count, least: notes[2 * i + 1] ?? 0 }];
  });
}

/** Negative indices are large ones. */
function shownIndex(index: number): string {
  return index >= 2 ** 31 ? `${index} (${index - 2 ** 32} as i32)` : String(index);
}

function failureOf(
  wrong: readonly Noted[],
  pass: Pass,
  bound: ReadonlyMap<string, BufferBinding>,
): VariantFailure | null {
  const [first] = wrong;
  if (first === undefined) return null;
  const { line, column } = positionAt(lineStarts(pass.wgsl), first.start);
  const place = mapDiagnostic(pass, line, column);
  const names = first.buffers.map((name) => {
    const buffer = bound.get(name);
    return buffer === undefined ? `\`${name}\`` : `\`${buffer.name}\` (${buffer.length} ${buffer.type})`;
  });
  const shown = pass.wgsl.slice(first.start, Math.min(first.end, first.start + shownCharacters));
  const others = wrong.length === 1 ? '' : `; ${wrong.length - 1} more go beyond their buffers`;
  const invocations = first.count === 1 ? 'one invocation' : `${first.count} invocations`;
  return {
    kind: 'out-of-range',
    message:
      `\`${shown}\` ${first.writes ? 'writes' : 'reads'} beyond ${names.join(' or ')} in ${invocations}, the least index is ${shownIndex(first.least)}${others}. ` +
      'Guard the access, make the buffer longer, or fill the buffer that the index comes from with what is there (`integers`)',
    ...(place === null ? {} : { file: place.file, line: place.line }),
    ...(place === null || place.column === null ? {} : { column: place.column }),
  };
}
