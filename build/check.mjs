// `npm run check`: what can be known in under a minute from the sources alone.
process.argv.push('--quick');
await import('./run-suites.mjs');
