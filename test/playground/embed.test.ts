/** Which panel an address asks for, and the address of the whole page. */

import { expect, it } from "vitest";
import { embedOf, EMBEDS, wholePage } from "../../playground/embed.js";

it("embeds the panels that there are, and is the whole page otherwise", () => {
  expect(EMBEDS.map((embed) => embedOf(`?model=a.nir&embed=${embed}`))).toEqual([...EMBEDS]);
  for (const search of ["", "?embed=", "?embed=Draw", "?embed=health", "?embed=__proto__"])
    expect(embedOf(search)).toBeNull();
});

it("leads to the whole page with everything else that the address says", () => {
  const at = (address: string): string => wholePage(new URL(address), "net=dense");
  expect(at("https://h/a/?embed=draw#x")).toBe("https://h/a/#net=dense");
  expect(at("https://h/a/?lang=de&embed=draw&model=b%2Fc.nir")).toBe(
    "https://h/a/?lang=de&model=b%2Fc.nir#net=dense",
  );
});
