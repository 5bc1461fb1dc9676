export { type Extents, programExtents } from './extents.ts';
export { asksForPosition } from './inputs.ts';
export {
  add,
  constant,
  expressionText,
  multiply,
  numberOf,
  type Polynomial,
  symbol,
  symbolsOf,
} from './polynomial.ts';
export { memberSymbol, symbols, type Use } from './program.ts';
