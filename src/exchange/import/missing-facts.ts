/** What a file does not say of its network and has to be told: all of it at once, each with what is allowed. */

import { ConfigError } from "../../errors.js";

export interface MissingFact {
  /** The option that says it: "inputShape". */
  readonly option: string;
  /** "[H, W, C], channels last" */
  readonly expects: string;
}

/** How options are called: by their names in code, or as a command line spells them. */
export type Spelling = (option: string) => string;

const inCode: Spelling = (option) => option;

/** A network that is known in part. `missing` lists what is not known. */
export class MissingFactsError extends ConfigError {
  override name = "MissingFactsError";
  readonly missing: readonly MissingFact[];
  readonly #found: string;
  readonly #ways: (spell: Spelling) => string;

  /**
   * @param found what was found, up to "; expected": "net.pth: an SMLP by its names, …"
   * @param ways how all of it can be said at once
   */
  constructor(found: string, missing: readonly MissingFact[], ways: (spell: Spelling) => string) {
    super(sentence(found, missing, ways, inCode));
    this.missing = missing;
    this.#found = found;
    this.#ways = ways;
  }

  /** The same sentence in the words of somebody else. */
  inWords(spell: Spelling): string {
    return sentence(this.#found, this.missing, this.#ways, spell);
  }
}

function sentence(
  found: string,
  missing: readonly MissingFact[],
  ways: (spell: Spelling) => string,
  spell: Spelling,
): string {
  const list = missing.map(({ option, expects }) => `${spell(option)} (${expects})`).join("; ");
  return `${found}; expected also ${list}. ${ways(spell)}`;
}
