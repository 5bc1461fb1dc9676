import fc from 'fast-check';

/** Values that parsers, printers and arithmetic trip over. */
const nasty: readonly unknown[] = [
  null,
  true,
  '',
  0,
  -0,
  -1,
  1.5,
  1e308,
  -1e308,
  5e-324,
  2 ** 53,
  4_294_967_296,
  [],
  {},
  [[[[[[]]]]]],
  'NaN',
  '../../../etc/passwd',
  '/dev/zero',
  'x'.repeat(5000),
  '\u0000',
  '\u001b[2J\u001b]0;title\u0007',
  '\u202eevil\u2066',
  '\ud800',
  '::error file=a,line=1::owned',
  '##[add-path]/tmp',
  '\n::set-output name=verdict::passed',
  '<script>alert(1)</script>',
  '<!-- joulegate:0123456789abcdef -->',
  '](https://evil.example) ![x](https://evil.example/x.png)',
  '@everyone #1 GH-1 https://evil.example www.evil.example',
  '`|`$x$ **b** ~~s~~',
  '-->',
  '__proto__',
  '%0A::warning::x',
  'nvidia-h200',
  '2025-06-01T12:00:00.000Z',
  '9999-99-99T99:99:99Z',
];

const keys = ['__proto__', 'constructor', 'toString', '', 'schema', 'version', 'x'.repeat(300), '\n'];

type Change =
  | { readonly kind: 'replace'; readonly at: number; readonly value: unknown }
  | { readonly kind: 'delete'; readonly at: number }
  | { readonly kind: 'add'; readonly at: number; readonly key: string; readonly value: unknown }
  | { readonly kind: 'repeat'; readonly at: number; readonly times: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    kind: fc.constant('replace' as const),
    at: fc.nat(),
    value: fc.oneof(
      fc.constantFrom(...nasty),
      fc.double({ noNaN: true }),
      fc.string({ unit: 'binary', maxLength: 40 }),
    ),
  }),
  fc.record({ kind: fc.constant('delete' as const), at: fc.nat() }),
  fc.record({
    kind: fc.constant('add' as const),
    at: fc.nat(),
    key: fc.constantFrom(...keys),
    value: fc.constantFrom(...nasty),
  }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), times: fc.nat(30) }),
);

interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string;
}

/** Every place in a value, in a fixed order. */
function placesOf(value: unknown, places: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return places;
  const holder = value as Place['holder'];
  for (const [key, inner] of Object.entries(value)) {
    places.push({ holder, key });
    placesOf(inner, places);
  }
  return places;
}

function apply(value: unknown, one: Change): void {
  const places = placesOf(value);
  const place = places[one.at % Math.max(1, places.length)];
  if (place === undefined) return;
  const holder = place.holder as Record<string, unknown>;
  if (one.kind === 'replace') holder[place.key] = structuredClone(one.value);
  else if (one.kind === 'delete') {
    if (Array.isArray(holder)) holder.splice(Number(place.key), 1);
    else delete holder[place.key];
  } else if (one.kind === 'add' && Array.isArray(holder)) {
    holder.push(structuredClone(one.value));
  } else if (one.kind === 'add') {
    // As JSON.parse makes it: a property of its own, also for `__proto__`.
    Object.defineProperty(holder, one.key, {
      value: structuredClone(one.value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else if (Array.isArray(holder)) {
    holder.push(...Array.from({ length: one.times }, () => holder[Number(place.key)]));
  }
}

/** JSON of a valid value with up to four changes in it. */
export function changedJson(valid: unknown): fc.Arbitrary<string> {
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const value = structuredClone(valid);
    for (const one of changes) apply(value, one);
    return JSON.stringify(value);
  });
}

const pieces = [
  '',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\n',
  '\t',
  ' ',
  '\u0000',
  '\ufeff',
  '\u2028',
  '1e999',
  '-',
  'NaN',
  'null',
  ['$', '{{ secrets.X }}'].join(''),
  '/*',
  '*/',
  '//',
  '@if(',
  '&a',
  '*a',
  '<<: ',
  '!!js/function ',
  '__proto__',
  '999999999999999999999999',
  '(((((((((',
  ')',
  '%',
  '\r',
];

/** Text with a few pieces cut out or put in. */
export function changedText(valid: string): fc.Arbitrary<string> {
  return fc
    .array(
      fc.record({
        at: fc.nat(valid.length),
        cut: fc.oneof(fc.nat(12), fc.nat(400)),
        paste: fc.constantFrom(...pieces),
        times: fc.oneof(fc.constant(1), fc.nat(200)),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((edits) =>
      edits.reduce(
        (text, { at, cut, paste, times }) => text.slice(0, at) + paste.repeat(times) + text.slice(at + cut),
        valid,
      ),
    );
}

/** Bytes with a few of them changed, or cut off. */
export function changedBytes(valid: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc
    .record({
      edits: fc.array(fc.record({ at: fc.nat(valid.length - 1), value: fc.nat(255) }), { maxLength: 6 }),
      end: fc.oneof(fc.constant(valid.length), fc.nat(valid.length)),
    })
    .map(({ edits, end }) => {
      const bytes = Uint8Array.from(valid);
      for (const { at, value } of edits) bytes[at] = value;
      return bytes.subarray(0, end);
    });
}

/** JSON or text of it, half and half: damage within the format and damage of the format. */
export function changedFile(valid: unknown): fc.Arbitrary<string> {
  return fc.oneof(changedJson(valid), changedText(JSON.stringify(valid, null, 1)));
}
