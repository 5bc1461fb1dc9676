// Shows how far Joulegate reads other people's kernels: `init`, reflection, features and compiling (Dawn on this machine's adapter,
// in a process that may crash) over every WGSL and WESL file with a compute entry point. Nothing is written into the folders.
// usage: node scripts/corpus.mjs DIR... [--json FILE]      each DIR is one project
process.argv.splice(2, 0, 'corpus');
await import('../bench/run.mjs');
