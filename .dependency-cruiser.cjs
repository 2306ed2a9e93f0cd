// The star of layers (ARCHITECTURE.md): stages stand on model/ and the floor, never on each other.
const FLOOR = ['terminal', 'catalog', 'host', 'sign'];
const PURE_FLOOR = ['terminal', 'catalog'];
const PURE_STAGES = ['parse', 'analyze', 'decide', 'mask'];
const WORLD_STAGES = ['capture', 'wire', 'observe', 'policy', 'enforce', 'prompt', 'audit'];

const folder = (names) => `^src/(${names.join('|')})/`;
const only = (name, allowed) => ({
  name: `${name}-imports-only-its-own`,
  severity: 'error',
  from: { path: folder([name]) },
  to: { path: '^(src|bin)/', pathNot: folder([name, ...allowed]) },
});
const owns = (name, where, packages) => ({
  name,
  severity: 'error',
  from: { path: '^(src|bin)/', pathNot: where },
  to: { path: `node_modules/(${packages.join('|')})(/|$)` },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'model-imports-nothing',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { pathNot: '^src/model/' },
    },
    ...FLOOR.map((name) => only(name, ['model'])),
    ...PURE_STAGES.map((name) => only(name, ['model', ...PURE_FLOOR])),
    ...WORLD_STAGES.map((name) => only(name, ['model', ...FLOOR])),
    only('judge', ['model', ...FLOOR, ...PURE_STAGES, 'policy', 'audit']),
    only('protocols', ['model', ...FLOOR, ...PURE_STAGES, ...WORLD_STAGES, 'judge']),
    only('session', ['model', ...FLOOR, ...PURE_STAGES, ...WORLD_STAGES, 'judge', 'protocols']),
    {
      name: 'the-middle-is-pure',
      severity: 'error',
      from: { path: folder(['model', 'terminal', 'catalog', 'parse', 'analyze', 'decide', 'mask']) },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?buffer$' },
    },
    {
      name: 'nothing-imports-cli',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'bin-sees-cli-only',
      severity: 'error',
      from: { path: '^bin/' },
      to: { path: '^src/', pathNot: '^src/cli/' },
    },
    owns('only-cli-sees-commander', '^src/cli/', ['commander']),
    owns('only-prompt-sees-ink', '^src/prompt/', ['ink', 'react']),
    owns('only-capture-sees-node-pty', '^src/capture/', ['@lydell/node-pty']),
    owns('only-parse-sees-parsers', '^src/parse/', ['libpg-query', 'pgsql-ast-parser', 'pgsql-deparser']),
    owns('only-policy-sees-yaml', '^src/policy/', ['yaml', 'zod']),
    owns('only-host-sees-koffi', '^src/host/', ['koffi']),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
    doNotFollow: { path: 'node_modules' },
  },
};
