/** Of a layer, as its file calls it: "fc1" of "layers.fc1". */
export function shortName(name: string): string {
  return name.replace(/^layers\./, "");
}
