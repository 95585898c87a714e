const SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * Give the case number people say: the first 40 bits of the id in Crockford's base 32, "7K3M-9QX2".
 *
 * The service computes the same; here for what it has not been told of yet.
 */
export function referenceOf(id: string): string {
  let rest = BigInt(`0x${id.replaceAll("-", "").slice(0, 10)}`);
  let signs = "";
  for (let place = 0; place < 8; place += 1) {
    signs = SIGNS[Number(rest & 31n)] + signs;
    rest >>= 5n;
  }
  return `${signs.slice(0, 4)}-${signs.slice(4)}`;
}

/** Whether this may be a case number, or how one begins, as the service reads it. */
export function isReference(said: string): boolean {
  const signs = said.toUpperCase().replaceAll(/[ -]/g, "").replaceAll(/[IL]/g, "1").replaceAll("O", "0");
  return signs.length >= 4 && signs.length <= 8 && [...signs].every((sign) => SIGNS.includes(sign));
}
