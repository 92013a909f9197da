/** Settings as they lie in the file, before the schema has looked at them. */
export type RawSettings = Readonly<Record<string, unknown>>;

/** The format this program writes. */
export const SETTINGS_VERSION = 2;

/** Entry n brings settings of version n to version n + 1. The first files carry no version; they are version 0. */
const STEPS: readonly ((raw: RawSettings) => RawSettings)[] = [
  // 0: files from before settings had a version.
  (raw) => raw,
  // 1: connections said nothing of who had worked with them.
  (raw) => ({ ...raw, logins: loginsOf(raw.connections) }),
];

/** The settings in today's format. Those of a newer program stay as they are; what is known in them is used. */
export const migrateSettings = (raw: RawSettings): RawSettings => {
  const from = versionOf(raw);
  if (from >= SETTINGS_VERSION) return raw;
  return {
    ...STEPS.slice(from).reduce<RawSettings>((settings, step) => step(settings), raw),
    version: SETTINGS_VERSION,
  };
};

/** The version a file says it has; 0 where it says none. */
export const versionOf = ({ version }: RawSettings): number =>
  typeof version === 'number' && Number.isInteger(version) && version > 0 ? version : 0;

/** Who is known to have worked with each connection: the one user it named. */
const loginsOf = (connections: unknown): Record<string, string[]> => {
  const logins: Record<string, string[]> = {};
  for (const each of Array.isArray(connections) ? connections : [])
    if (typeof each?.id === 'string' && typeof each.user === 'string') logins[each.id] = [each.user];
  return logins;
};
