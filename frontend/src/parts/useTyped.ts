/** A field whose text says a value, such as a day or a number. */

import { useState } from "preact/hooks";

type Value = string | number | null;

/**
 * Keep the text of a field beside the value it says.
 *
 * What was typed stays as it was typed while it says the value there is; when the value comes from
 * elsewhere, the text is written anew. What says nothing yet is null, and stays as well.
 */
export function useTyped<One extends Value>(
  value: One | null,
  write: (value: One) => string,
  read: (text: string) => One | null,
): [string, (text: string) => One | null] {
  const [typed, setTyped] = useState<{ text: string; says: One | null } | null>(null);
  const text = typed?.says === value ? typed.text : value === null ? "" : write(value);
  const type = (said: string): One | null => {
    const says = read(said);
    setTyped({ text: said, says });
    return says;
  };
  return [text, type];
}
