/** The activations that operators offer. */
export const activations = ['none', 'relu', 'relu6', 'gelu', 'silu'] as const;

/** An activation as it is defined; gelu is the approximation by tanh. */
export function activate(name: string, x: number): number {
  switch (name) {
    case 'none':
      return x;
    case 'relu':
      return Math.max(x, 0);
    case 'relu6':
      return Math.min(Math.max(x, 0), 6);
    case 'gelu':
      return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case 'silu':
      return x / (1 + Math.exp(-x));
    default:
      throw new Error(`there is no activation ${name}`);
  }
}
