/** A name of the catalog as people read it: "cost_center_id" is "Cost center"; what has no words in it stays as it is. */
export const humanise = (name: string, keepId = false): string => {
  const words = name
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .split(/[_\s]+/u)
    .filter((word) => word !== '')
    .map((word) => (/^\p{Lu}\p{Ll}+$/u.test(word) ? word.toLowerCase() : word));
  const last = words.at(-1)?.toLowerCase();
  if (words.length > 1 && last === 'id' && !keepId) words.pop();
  const text = words.map((word) => (/^id$/i.test(word) ? 'ID' : word)).join(' ');
  return text === '' ? name : text.charAt(0).toUpperCase() + text.slice(1);
};
