import type { ProblemDetails, ProblemList } from './problem-list.ts';
import type { SourceText, TextRange } from './source-text.ts';
import type { SourcePosition } from './types.ts';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  maxDepth,
  type ParsedNode,
  parseYaml,
  type Scalar,
  type YamlFault,
} from './yaml-nodes.ts';

/** Values in a file, aliases expanded; beyond this the file is a bomb. */
const maxValues = 100_000;

interface Place {
  readonly key: TextRange | null;
  readonly value: TextRange;
  /** Offset in the file of the first character of a text whose characters stand there one by one; else null. */
  readonly textStart: number | null;
}

/** Appends a step to a JSON pointer. */
export function at(pointer: string, ...steps: (string | number)[]): string {
  return steps.reduce<string>(
    (path, step) => `${path}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    pointer,
  );
}

/** Splits a JSON pointer into its last step and what is before it. */
export function splitPointer(pointer: string): { readonly parent: string; readonly step: string } {
  const slash = pointer.lastIndexOf('/');
  const step = pointer
    .slice(slash + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
  return { parent: pointer.slice(0, slash), step };
}

/** A YAML file as plain data, together with where everything stands. */
export class YamlDocument {
  readonly source: SourceText;
  /** Mappings, lists, texts, numbers, booleans and null. Nothing in it is checked. */
  readonly data: unknown;
  /** Offset from which on the text could not be understood; Infinity if it could. */
  readonly damagedFrom: number;
  readonly #problems: ProblemList;
  readonly #places = new Map<string, Place>();
  readonly #anchors = new Map<string, ParsedNode>();
  #expanding = 0;
  #values = 0;

  /** Reads the text; its faults go to `problems`. */
  constructor(source: SourceText, problems: ProblemList) {
    this.source = source;
    this.#problems = problems;
    const { root, faults } = parseYaml(source.text);
    this.damagedFrom = faults.reduce(
      (from, fault) => (fault.damage ? Math.min(from, fault.start) : from),
      Number.POSITIVE_INFINITY,
    );
    for (const fault of faults) {
      // One bracket too few makes the library complain about every line that follows.
      if (!fault.cascades || fault.start === this.damagedFrom) problems.add(fault, describeYamlFault(fault));
    }
    const range = { start: 0, end: 1 };
    this.#places.set('', { key: null, value: root === null ? range : rangeOf(root), textStart: null });
    this.data = root === null ? null : this.#read(root, '', null, 0);
  }

  /** Whether something is written at a pointer. */
  has(pointer: string): boolean {
    return this.#places.has(pointer);
  }

  /** Whether what is written at a pointer, or its key, was reported as faulty. */
  isFaulty(pointer: string): boolean {
    return this.#problems.hasErrorsIn({
      start: this.keyRange(pointer).start,
      end: this.#place(pointer).value.end,
    });
  }

  /** Keys of the mapping at a pointer, in the order they are written; none if there is no mapping. */
  keysOf(pointer: string): readonly string[] {
    let value = this.data;
    for (const part of pointer.split('/').slice(1)) {
      const { step } = splitPointer(`/${part}`);
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return [];
      value = (value as Record<string, unknown>)[step];
    }
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  }

  /** Reports a fault of a value, or of the nearest thing around it that is written in the file. */
  reportValue(pointer: string, details: ProblemDetails): void {
    this.#problems.add(this.#place(pointer).value, details);
  }

  /** Reports a fault at a key; of a list's item, at the item. */
  reportKey(pointer: string, details: ProblemDetails): void {
    this.#problems.add(this.keyRange(pointer), details);
  }

  /** Reports a fault inside a text: `offset` and `length` count from the text's first character. */
  reportInText(pointer: string, offset: number, length: number, details: ProblemDetails): void {
    const { value, textStart } = this.#place(pointer);
    const start = textStart === null ? value.start : textStart + offset;
    this.#problems.add(textStart === null ? value : { start, end: start + length }, details);
  }

  /** Where a value begins. */
  positionOf(pointer: string): SourcePosition {
    return { file: this.source.file, ...this.source.position(this.#place(pointer).value.start) };
  }

  keyRange(pointer: string): TextRange {
    const place = this.#place(pointer);
    return place.key ?? place.value;
  }

  #place(pointer: string): Place {
    for (let path = pointer; path !== ''; path = splitPointer(path).parent) {
      const place = this.#places.get(path);
      if (place !== undefined) return place;
    }
    return this.#places.get('') as Place;
  }

  #read(node: ParsedNode, pointer: string, key: TextRange | null, depth: number): unknown {
    const value = rangeOf(node);
    if (!this.#places.has(pointer) || pointer === '')
      this.#places.set(pointer, {
        key,
        value,
        textStart: isScalar(node) ? textStart(node, this.source) : null,
      });
    if (++this.#values > maxValues || depth > maxDepth) {
      if (this.#values === maxValues + 1 || depth > maxDepth)
        this.#problems.add(value, {
          message:
            depth > maxDepth
              ? `an alias makes the file more than ${maxDepth} levels deep`
              : `holds more than ${maxValues} values once its aliases are expanded`,
          nextStep: 'write the values out, without aliases',
        });
      return null;
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target !== undefined) return this.#expand(target, pointer, depth);
      this.#problems.add(value, {
        message: `there is no anchor '&${node.source}' before this alias`,
        nextStep: `put '&${node.source}' in front of the value that is meant, or write the value out`,
      });
      return null;
    }
    this.#remember(node);
    if (isMap(node)) return this.#readMap(node.items, pointer, depth);
    if (isSeq(node))
      return node.items.map((item, i) => this.#read(item as ParsedNode, at(pointer, i), null, depth + 1));
    return node.value;
  }

  /** An alias means the anchor before it, in the order of the file; inside an expansion that order is lost. */
  #remember(node: ParsedNode): void {
    if (this.#expanding === 0 && !isAlias(node) && node.anchor !== undefined)
      this.#anchors.set(node.anchor, node);
  }

  #expand(target: ParsedNode, pointer: string, depth: number): unknown {
    this.#expanding++;
    const value = this.#read(target, pointer, null, depth + 1);
    this.#expanding--;
    return value;
  }

  #readMap(
    items: readonly { key: ParsedNode | null; value: ParsedNode | null }[],
    pointer: string,
    depth: number,
  ): Record<string, unknown> {
    const data: Record<string, unknown> = {};
    for (const { key, value } of items) {
      if (key === null || !isScalar(key)) {
        this.#problems.add(rangeOf(key ?? value), {
          message: 'only a plain name can be a key',
          nextStep: "write 'name: value'",
        });
        continue;
      }
      this.#remember(key);
      const range = rangeOf(key);
      const name = typeof key.value === 'string' ? key.value : this.source.text.slice(range.start, range.end);
      if (name === '__proto__') {
        this.#problems.add(range, { message: `'${name}' cannot be a key`, nextStep: 'use another name' });
        continue;
      }
      const inside = at(pointer, name);
      if (Object.hasOwn(data, name)) {
        const first = this.source.position(this.keyRange(inside).start).line;
        this.#problems.add(range, {
          message: `'${name}' is given twice, first in line ${first}`,
          nextStep: 'keep one of them',
        });
        continue;
      }
      if (value === null) {
        this.#places.set(inside, { key: range, value: range, textStart: null });
        data[name] = null;
      } else data[name] = this.#read(value, inside, range, depth + 1);
    }
    return data;
  }
}

function rangeOf(node: ParsedNode | null): TextRange {
  if (node === null) return { start: 0, end: 1 };
  const [start, end] = node.range;
  return { start, end };
}

/** Where a scalar's text begins, if it stands in the file exactly as it is. */
function textStart(node: Scalar.Parsed, source: SourceText): number | null {
  if (typeof node.value !== 'string') return node.range[0];
  for (const start of [node.range[0], node.range[0] + 1]) {
    if (source.text.startsWith(node.value, start)) return start;
  }
  return null;
}

const yamlNextSteps: Readonly<Record<string, string>> = {
  BAD_DQ_ESCAPE: "put the text into single quotes, or write '\\\\' for a backslash",
  BAD_INDENT: 'check the indentation and that every bracket is closed',
  BAD_SCALAR_START: 'put the text into quotes',
  BLOCK_AS_IMPLICIT_KEY: "put a text that contains ': ' into quotes, or check the indentation",
  MISSING_CHAR: 'close the bracket or quote',
  MULTIPLE_DOCS: "remove '---' and what follows",
  TAB_AS_INDENT: 'indent with spaces',
  TAG_RESOLVE_FAILED: "remove the '!' tag",
  TOO_DEEP: 'a manifest needs seven levels',
  TOO_LONG: 'split the manifest',
};

function describeYamlFault(fault: YamlFault): ProblemDetails {
  const text = fault.message
    .replace(/;? please use YAML.*$/, '')
    .replace(/ at line \d+, column \d+:?[\s\S]*$/, '');
  return {
    message: `YAML: ${text.charAt(0).toLowerCase()}${text.slice(1)}`,
    nextStep: yamlNextSteps[fault.code] ?? 'check quotes, brackets and indentation around here',
    severity: fault.severity,
    damage: true,
  };
}
