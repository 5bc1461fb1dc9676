import { declarationOf, type ExpressionElem, typeOf } from '../wesl.ts';
import { addressCode } from './address.ts';
import { adding, sequence, stepping } from './count-code.ts';
import { arrivals, type CountCode } from './run.ts';
import type { Scope } from './scope.ts';
import { sizeCode } from './sizes.ts';
import { type Counter, counterIndex } from './tally.ts';

type Space = 'storage' | 'uniform' | 'workgroup' | 'private';

/** Banks of workgroup memory, each 4 bytes wide; 32 on NVIDIA and AMD. */
const banks = 32;

/** Whether an expression names memory rather than a register: private variables count only where arrays are indexed. */
export function isMemory(expression: ExpressionElem, scope: Scope): boolean {
  return spaceOf(expression, scope, notYet) !== null;
}

/** Code that counts a load of what the expression names, or a store to it; null for registers. */
export function accessCode(
  expression: ExpressionElem,
  scope: Scope,
  what: 'Load' | 'Store',
): CountCode | null {
  const space = spaceOf(expression, scope, notYet);
  if (space === null) return null;
  if (space === 'uniform') return adding('uniformLoads');
  if (space === 'private') return adding(`${space}${what}s`);
  const moved = counterIndex(`${space}${what}Bytes`);
  const size = sizeCode(typeOf(expression, scope.program.module), scope);
  const address = addressCode(expression, scope);
  const [one, other] = arrivals;
  const access = stepping((run, frame, tally, times) => {
    const bytes = typeof size === 'number' ? size : size(run);
    tally.add(moved, bytes * times);
    const readsBefore = run.laneReads;
    const first = address(run, frame, one);
    // Bytes between the addresses of neighbouring invocations; NaN if unknown.
    const differs = run.laneReads !== readsBefore;
    const stride = Number.isNaN(first) ? first : differs ? address(run, frame, other) - first : 0;
    if (space === 'storage') tally.add(patterns[pattern(stride, bytes)], bytes * times);
    else tally.add(conflictCounter, conflicts(stride, bytes) * times);
  });
  return sequence([adding(`${space}${what}s`), access]);
}

/** What has been met on the way from an expression's outside in. */
interface Path {
  /** A part has been taken of what comes next: by index or by member. */
  readonly parted: boolean;
  /** An array has been indexed. */
  readonly indexed: boolean;
}

const notYet: Path = { parted: false, indexed: false };

/** The address space of the memory an expression names; null for values and registers. */
function spaceOf(expression: ExpressionElem, scope: Scope, path: Path): Space | null {
  const { module } = scope.program;
  switch (expression.kind) {
    case 'parenthesized-expression':
      return spaceOf(expression.expression, scope, path);
    case 'component-member-expression':
      return spaceOf(expression.base, scope, { ...path, parted: true });
    case 'component-expression': {
      const base = typeOf(expression.base, module);
      const indexes = base.kind === 'array' || (base.kind === 'ptr' && base.elem.kind === 'array');
      return spaceOf(expression.base, scope, { parted: true, indexed: path.indexed || indexes });
    }
    case 'unary-expression':
      return expression.operator.value === '*' ? spaceOfPointer(expression.expression, scope, path) : null;
    case 'ref': {
      const declaration = declarationOf(expression.ident, module);
      const element = declaration?.declElem;
      if (element?.kind === 'gvar') return namedSpace(element.template?.[0]?.name ?? 'private', path);
      if (element?.kind === 'var') return namedSpace('function', path);
      // A pointer itself is a register; what it points at is memory once a part of it is taken.
      return path.parted ? spaceOfPointer(expression, scope, path) : null;
    }
    default:
      return null;
  }
}

function spaceOfPointer(pointer: ExpressionElem, scope: Scope, path: Path): Space | null {
  const type = typeOf(pointer, scope.program.module);
  return type.kind === 'ptr' ? namedSpace(type.space, path) : null;
}

function namedSpace(name: string, { indexed }: Path): Space | null {
  if (name === 'storage' || name === 'uniform' || name === 'workgroup') return name;
  return indexed && (name === 'function' || name === 'private') ? 'private' : null;
}

type Pattern = Extract<Counter, 'irregularBytes' | 'broadcastBytes' | 'contiguousBytes' | 'stridedBytes'>;

const patterns: Readonly<Record<Pattern, number>> = {
  irregularBytes: counterIndex('irregularBytes'),
  broadcastBytes: counterIndex('broadcastBytes'),
  contiguousBytes: counterIndex('contiguousBytes'),
  stridedBytes: counterIndex('stridedBytes'),
};

const conflictCounter = counterIndex('workgroupConflicts');

function pattern(stride: number, bytes: number): Pattern {
  if (Number.isNaN(stride)) return 'irregularBytes';
  if (stride === 0) return 'broadcastBytes';
  return Math.abs(stride) <= bytes ? 'contiguousBytes' : 'stridedBytes';
}

/** How many times longer an access takes because neighbours fall into the same bank; NaN if unknown. */
function conflicts(stride: number, bytes: number): number {
  if (Number.isNaN(stride)) return stride;
  const words = Math.abs(stride) / 4;
  if (words === 0 || !Number.isInteger(words)) return 1;
  let a = words;
  let b = banks;
  while (b > 0) [a, b] = [b, a % b];
  return Math.max(1, a / Math.max(1, bytes / 4));
}
