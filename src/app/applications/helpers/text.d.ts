// Bundled as text, as `.wesl` is (scripts/build.mjs, vitest.config.ts).
declare module '*.h' {
  const text: string;
  export default text;
}

declare module '*.py' {
  const text: string;
  export default text;
}
