import { beforeEach, expect, test } from 'vitest';
import { ReportedSettings } from '../../../src/session/postgres/reported-settings.ts';

let settings: ReportedSettings;
beforeEach(() => {
  settings = new ReportedSettings();
  settings.begin('psql');
  settings.heard("SET application_name = 'Night Shift'");
  settings.heard("SELECT 'Jane Doe'");
});

test.each([
  ['application_name', 'psql', 'psql'],
  ['application_name', 'Night Shift', 'Night Shift'],
  ['application_name', '', ''],
  ['application_name', 'Jane Doe', '*****'],
  ['TimeZone', 'Europe/Vienna', 'Europe/Vienna'],
  ['TimeZone', 'America/Argentina/Ushuaia', 'America/Argentina/Ushuaia'],
  ['TimeZone', '<+03>-03', '<+03>-03'],
  ['TimeZone', 'Jane5', '*****'],
  ['search_path', 'jane, doe', '*****'],
  ['DateStyle', 'ISO, DMY', 'ISO, DMY'],
])('%s = %s is told as %s', (name, value, shown) => {
  expect(settings.shown(name, value)).toBe(shown);
});
