import { JoulegateError } from '../../errors/index.ts';

/** A parsed event file: whatever the event's sender put into it, so every field is checked before use. */
export type Payload = Readonly<Record<string, unknown>>;

/** What a text field must look like. */
export const patterns = {
  commit: /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/,
  /** `owner/name`. */
  repository: /^[\w.-]{1,100}\/[\w.-]{1,100}$/,
  /** A branch as `git check-ref-format` has it, and none that could be an option or has control characters. */
  branch:
    /^(?![-/])(?!.*(?:\.\.|@\{|\/\/|\/$|\.$|\.lock(?:\/|$)))(?!(?:.*\/)?\.)[^\p{Cc} ~^:?*[\\]{1,255}$/su,
} as const;

function malformed(field: string, what: string): JoulegateError {
  return new JoulegateError('bad-input', `The event's ${field} ${what}.`, {
    code: 'bad-event',
    nextStep: 'GITHUB_EVENT_PATH must name the unchanged event file that the runner wrote.',
  });
}

/** The value at a dotted path; undefined as soon as a step is missing. */
function at(payload: Payload, path: string): unknown {
  let value: unknown = payload;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Payload)[name];
  }
  return value;
}

/** A text of the given form, or null where it is absent. @throws JoulegateError (bad-input, `bad-event`) */
export function textOrNull(payload: Payload, path: string, pattern: RegExp): string | null {
  const value = at(payload, path);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || !pattern.test(value)) throw malformed(path, 'is not what it should be');
  return value;
}

/** A text of the given form. @throws JoulegateError (bad-input, `bad-event`) */
export function text(payload: Payload, path: string, pattern: RegExp): string {
  const value = textOrNull(payload, path, pattern);
  if (value === null) throw malformed(path, 'is missing');
  return value;
}

/** A positive whole number. @throws JoulegateError (bad-input, `bad-event`) */
export function positiveInteger(payload: Payload, path: string): number {
  const value = at(payload, path);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) {
    throw malformed(path, value === undefined ? 'is missing' : 'is not a positive whole number');
  }
  return value;
}

/** True only for a field that is `true`. */
export function isTrue(payload: Payload, path: string): boolean {
  return at(payload, path) === true;
}
