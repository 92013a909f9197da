import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { dataFolder } from '../../../electron/data-folder.ts';

test('WRIT_DATA decides, made absolute', () => {
  expect(dataFolder({ WRIT_DATA: 'some/place' }, 'linux')).toBe(resolve('some/place'));
});

test('an empty WRIT_DATA decides nothing', () => {
  expect(dataFolder({ WRIT_DATA: '' }, 'linux')).toBe(join(homedir(), '.config', 'Writ'));
});

test('each system has its own place', () => {
  expect(dataFolder({ XDG_CONFIG_HOME: '/elsewhere' }, 'linux')).toBe('/elsewhere/Writ');
  expect(dataFolder({}, 'darwin')).toBe(join(homedir(), 'Library', 'Application Support', 'Writ'));
  expect(dataFolder({ APPDATA: '/roaming' }, 'win32')).toBe(join('/roaming', 'Writ'));
});

test('a relative XDG_CONFIG_HOME is ignored, as the base directory specification asks', () => {
  expect(dataFolder({ XDG_CONFIG_HOME: 'here' }, 'linux')).toBe(join(homedir(), '.config', 'Writ'));
});
