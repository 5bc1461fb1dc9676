import type { ClassDeclaration, Expression, Node, ObjectExpression, Statement } from '@babel/types';
import { nearestName } from '../../schema/index.ts';
import { EmbeddingFault, printIt } from './fault.ts';

/** What a name of a file stands for: a constant's value, or something that is none. */
type Binding = Expression | ClassDeclaration | { readonly what: string; readonly at: number };

function isOther(binding: Binding): binding is Extract<Binding, { readonly what: string }> {
  return 'what' in binding;
}

/** An expression without what only its types are about. */
export function unwrapped(node: Node): Node {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return unwrapped(node.expression);
    default:
      return node;
  }
}

/** A key of an object or class, or a name; null if it is worked out. */
function keyOf(node: Node, computed = false): string | null {
  if (node.type === 'StringLiteral') return node.value;
  return node.type === 'Identifier' && !computed ? node.name : null;
}

/** The names at the top of a file. */
export class Bindings {
  readonly #known = new Map<string, Binding>();
  /** Names that a file exports under others. */
  readonly #exported = new Map<string, string>();

  constructor(body: readonly Statement[]) {
    for (const statement of body) this.#read(statement);
  }

  /** What a name stands for, in or out of the file; `a.b` is the member `b` of `a`. @throws EmbeddingFault */
  named(path: string): Node {
    const [first = '', ...members] = path.split('.');
    const name = this.#exported.get(first) ?? first;
    const found = this.#known.get(name);
    if (found === undefined) {
      const known = [...this.#exported.keys(), ...this.#known.keys()];
      const nearest = nearestName(first, known);
      const nextStep = nearest === null ? 'name one of its constants' : `did you mean '${nearest}'?`;
      throw new EmbeddingFault(-1, `it has no constant '${first}'`, nextStep);
    }
    let node: Node = this.#constant(found, first);
    for (const member of members) node = this.#member(node, member);
    return node;
  }

  /** The value of a constant of the file; null if there is no such name. @throws EmbeddingFault where it is none */
  constant(name: string, at: number): Expression | null {
    const found = this.#known.get(name);
    if (found === undefined) return null;
    if (isOther(found))
      throw new EmbeddingFault(at, `\`${name}\` is ${found.what}, not a constant of this file`, printIt);
    return found.type === 'ClassDeclaration' ? null : found;
  }

  #constant(found: Binding, name: string): Node {
    if (!isOther(found)) return found;
    throw new EmbeddingFault(found.at, `\`${name}\` is ${found.what}, not a constant of this file`, printIt);
  }

  #member(node: Node, member: string): Node {
    const owner = unwrapped(node);
    const at = owner.start ?? 0;
    const value = membersOf(owner)?.get(member);
    if (value !== undefined) return value;
    const why = membersOf(owner) === null ? 'is no object and no class' : `has no '${member}' with a value`;
    throw new EmbeddingFault(
      at,
      `what stands here ${why}`,
      "name a constant, or a member of one as in 'shaders.matmul'",
    );
  }

  #read(statement: Statement): void {
    switch (statement.type) {
      case 'ExportNamedDeclaration':
        if (statement.declaration) this.#read(statement.declaration);
        for (const one of statement.specifiers) {
          const exported = 'exported' in one ? keyOf(one.exported) : null;
          if (exported !== null && one.type === 'ExportSpecifier')
            this.#exported.set(exported, one.local.name);
        }
        break;
      case 'ExportDefaultDeclaration':
        this.#readDefault(statement.declaration);
        break;
      case 'VariableDeclaration':
        for (const { id, init, start } of statement.declarations) {
          if (id.type !== 'Identifier') continue;
          const at = start ?? 0;
          if (statement.kind !== 'const')
            this.#known.set(id.name, { what: `declared by \`${statement.kind}\``, at });
          else this.#known.set(id.name, init ?? { what: 'without a value', at });
        }
        break;
      case 'ClassDeclaration':
        if (statement.id) this.#known.set(statement.id.name, statement);
        break;
      case 'FunctionDeclaration':
        if (statement.id) this.#other(statement.id.name, 'a function', statement);
        break;
      case 'ImportDeclaration':
        for (const { local } of statement.specifiers)
          this.#other(local.name, `imported from '${statement.source.value}'`, statement);
        break;
      case 'ExpressionStatement':
        if (statement.expression.type === 'AssignmentExpression')
          this.#readAssignment(statement.expression.left, statement.expression.right);
        break;
    }
  }

  #other(name: string, what: string, node: Node): void {
    this.#known.set(name, { what, at: node.start ?? 0 });
  }

  #readDefault(declaration: Node): void {
    if (declaration.type === 'Identifier') this.#exported.set('default', declaration.name);
    else if (declaration.type === 'FunctionDeclaration') this.#other('default', 'a function', declaration);
    else this.#known.set('default', declaration as Expression | ClassDeclaration);
  }

  /** `exports.NAME = ...`, `module.exports = { NAME: ... }`. */
  #readAssignment(left: Node, right: Expression): void {
    if (left.type !== 'MemberExpression') return;
    const { object, property, computed } = left;
    const name = keyOf(property, computed);
    if (name === null) return;
    const isModule = object.type === 'Identifier' && object.name === 'module';
    if (isModule && name === 'exports' && right.type === 'ObjectExpression') {
      for (const [key, value] of membersOf(right) ?? [])
        if (!this.#known.has(key)) this.#known.set(key, value);
    } else if (
      (object.type === 'Identifier' && object.name === 'exports') ||
      (object.type === 'MemberExpression' && keyOf(object.property) === 'exports')
    ) {
      this.#known.set(name, right);
    }
  }
}

/** Values by name of an object or the static part of a class; null for what is neither. */
function membersOf(node: Node): ReadonlyMap<string, Expression> | null {
  if (node.type === 'ObjectExpression') return propertiesOf(node);
  if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return null;
  const found = new Map<string, Expression>();
  for (const member of node.body.body) {
    if (member.type !== 'ClassProperty' || !member.static) continue;
    const key = keyOf(member.key, member.computed ?? false);
    if (key !== null && member.value) found.set(key, member.value);
  }
  return found;
}

function propertiesOf(node: ObjectExpression): ReadonlyMap<string, Expression> {
  const found = new Map<string, Expression>();
  for (const property of node.properties) {
    if (property.type !== 'ObjectProperty') continue;
    const key = keyOf(property.key, property.computed);
    if (key !== null) found.set(key, property.value as Expression);
  }
  return found;
}
