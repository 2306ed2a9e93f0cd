import { join } from 'node:path';

/** The organisation's settings and policy; nobody but root writes there. */
export const MACHINE_FOLDER = '/etc/guard';

/** Where things lie in the state folder. */
export function auditFolder(state: string): string {
  return join(state, 'audit');
}

export function keysFolder(state: string): string {
  return join(state, 'keys');
}

export function targetsFile(state: string): string {
  return join(state, 'targets.json');
}

export function catalogFolder(state: string): string {
  return join(state, 'catalogs');
}

export function debugFile(state: string): string {
  return join(state, 'debug.log');
}

export function labelsFile(state: string): string {
  return join(state, 'catalog-labels.json');
}

export function flowFolder(state: string): string {
  return join(state, 'flows');
}
