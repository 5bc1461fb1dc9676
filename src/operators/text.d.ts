/** Files that are bundled as text. */
declare module '*.wesl' {
  const text: string;
  export default text;
}

declare module '*.yaml' {
  const text: string;
  export default text;
}
