/** What the panel for devices says, in the language of the page: loaded with the panel. */

import { englishDeploy, type DeployWords } from "./english-deploy.js";
import type { Language } from "./languages.js";

const others: { readonly [Other in Exclude<Language, "en">]: () => Promise<DeployWords> } = {
  de: () => import("./german-deploy.js").then(({ germanDeploy }) => germanDeploy),
};

export let deployWords: DeployWords = englishDeploy;

/** English if the server does not give the other one. @param language as the page's `lang` has it */
export async function speakOfDeploying(language: string): Promise<void> {
  const other = language in others ? others[language as keyof typeof others] : null;
  deployWords = other === null ? englishDeploy : await other().catch(() => englishDeploy);
}
