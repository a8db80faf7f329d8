/** "a, b and c". @param {string[]} parts @param {string} word what stands before the last */
export function list(parts, word) {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} ${word} ${parts[parts.length - 1]}`;
}
