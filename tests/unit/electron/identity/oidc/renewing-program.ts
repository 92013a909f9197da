// A process of its own: asks for the token of one profile eight times at once and prints what it got.
import { randomBytes } from 'node:crypto';
import { createTokenSource } from '../../../../../electron/identity/oidc/token-source.ts';
import { oidcSignIn } from '../../../../../shared/model/sign-in.ts';

const [folder = '', key = '', settings = '', ahead = '0'] = process.argv.slice(2);
const source = createTokenSource({ folder, random: randomBytes, now: () => Date.now() + Number(ahead) });
const owner = {
  profile: 'p',
  key: { key: Buffer.from(key, 'hex'), kept: 'keychain' as const },
  settings: oidcSignIn.parse(JSON.parse(settings)),
};
process.stdout.write('ready\n');
process.stdin.once('data', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => source.accessToken(owner)));
  process.stdout.write(`${JSON.stringify(all)}\n`);
  process.exit(0);
});
