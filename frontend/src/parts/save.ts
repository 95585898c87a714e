/** Give the person at the screen a file. */

export function saveAs(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // After the click has been dealt with: the download has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(address));
}
