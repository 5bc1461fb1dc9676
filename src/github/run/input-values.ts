import { isAbsolute } from 'node:path';
import { type FailingVerdict, failingVerdicts } from '../../manifest/index.ts';

/** One of several jobs that share the kernels of a manifest out among them. */
export interface Shard {
  /** 1-based. */
  readonly index: number;
  readonly count: number;
}

/** Where the state is kept between runs. */
export type CacheChoice =
  | { readonly kind: 'service' }
  /** From the service, but never into it. */
  | { readonly kind: 'restore-only' }
  | { readonly kind: 'off' }
  /** `path` as the user gave it. */
  | { readonly kind: 'directory'; readonly path: string };

/** Thrown by the parsers below: which values are valid. Becomes one line of the list of faults. */
export class InputFault extends Error {
  readonly valid: string;

  constructor(valid: string) {
    super(valid);
    this.name = 'InputFault';
    this.valid = valid;
  }
}

/** `a, b or c`. */
function either(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** A parser of one word out of a list. */
export function oneOf<const Name extends string>(...names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const found = names.find((name) => name === text);
    if (found === undefined) throw new InputFault(either(names));
    return found;
  };
}

/** Verdicts apart by commas or blanks; `none` for no verdict at all. */
export function verdicts(text: string): readonly FailingVerdict[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 1 && words[0] === 'none') return [];
  const found = words.flatMap((word) => failingVerdicts.find((verdict) => verdict === word) ?? []);
  if (found.length !== words.length) throw new InputFault(`some of ${failingVerdicts.join(', ')}; or none`);
  return [...new Set(found)];
}

/** Minutes, up to what GitHub lets a job on a self-hosted runner take: five days. */
export function minutes(text: string): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 0.01 && value <= 7200)) throw new InputFault('a number of minutes from 0.01 to 7200');
  return value;
}

/** Number of a pull request. */
export function number(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InputFault('the number of a pull request, e.g. 7');
  return Number(text);
}

/** `2/4`: the second of four. */
export function shard(text: string): Shard {
  const [, index, count] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (index === undefined || count === undefined || index < 1 || index > count || count > 256) {
    throw new InputFault('INDEX/COUNT, e.g. 2/4, from 1/1 to 256/256');
  }
  return { index, count };
}

export function cacheChoice(text: string): CacheChoice {
  if (text === 'true') return { kind: 'service' };
  if (text === 'restore-only') return { kind: 'restore-only' };
  if (text === 'false') return { kind: 'off' };
  // A bare word is more likely a slip of the pen (`ture`, `no`) than a folder.
  if (text.includes('/') || text.includes('\\') || isAbsolute(text))
    return { kind: 'directory', path: path(text) };
  throw new InputFault('true, restore-only, false or a directory, which needs a slash in it, e.g. ./cache');
}

export function path(text: string): string {
  if (/\p{Cc}/u.test(text) || text.length > 1000) throw new InputFault('a path on one line');
  return text;
}

/** Index, UUID, PCI address or card of a sensor, as `openMeter` takes it. */
export function sensor(text: string): string {
  if (!/^[\w.:/-]{1,200}$/.test(text)) {
    throw new InputFault("a sensor's index, UUID, PCI address or card, e.g. 0 or card1");
  }
  return text;
}

/**
 * A program and its arguments: one a line where there are several lines, else apart by blanks. No shell reads it, so
 * nothing in it is quoted or expanded.
 */
export function commandLine(text: string): readonly string[] {
  const isOneLine = !/[\r\n]/.test(text);
  const words = text
    .split(isOneLine ? /[ \t]+/ : /\r?\n/)
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const isFaulty = words.length === 0 || words.length > 100 || words.some((word) => /\p{Cc}/u.test(word));
  if (isFaulty || text.length > 10_000) throw new InputFault('a program and its arguments, one a line');
  return words;
}

/** What a job's GPU is called in a fleet. It becomes part of names that are read back, so they have to be told apart. */
export function deviceLabel(text: string): string {
  const label = text.toLowerCase();
  const isPlain = /^[a-z0-9](?:[a-z0-9.-]{0,38}[a-z0-9])?$/.test(label);
  if (!isPlain || /\.\.|--|(?:^|-)\d+of\d+(?:-|$)|attempt/.test(label)) {
    throw new InputFault('a name of up to 40 letters, digits, dots and dashes, e.g. rtx-4090');
  }
  return label;
}

/** `deviceLabel`s apart by commas or blanks. */
export function deviceLabels(text: string): readonly string[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0 || words.length > 64) throw new InputFault('names of devices apart by commas');
  return [...new Set(words.map(deviceLabel))];
}

/** A branch, tag, commit or folder; git itself says whether it exists. What is in braces is git's: `main@{1 day ago}`. */
export function revision(text: string): string {
  const isOneWord = !text.replace(/\{[^{}]*\}/g, '').includes(' ') && !/\p{Cc}/u.test(text);
  if (!isOneWord || text.startsWith('-') || text.length > 300) {
    throw new InputFault('a branch, tag, commit or folder, without blanks and not starting with a dash');
  }
  return text;
}

/** A token goes into an HTTP header, whose error message would show it. */
export function token(text: string): string {
  if (!/^[\x21-\x7e]{1,2000}$/.test(text)) throw new InputFault('a token without blanks');
  return text;
}
