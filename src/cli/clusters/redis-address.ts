/** Where Redis is, and what is said of it: passwords are never printed. */

import { UsageError } from "../exit-codes.js";

export interface RedisAddress {
  /** As given, password included: for the client alone. */
  readonly url: string;
  /** Without the password, for people. */
  readonly shown: string;
}

/** Of the environment, for who does not want the address among the words of a command, which others see. */
export const REDIS_VARIABLE = "ATIF_REDIS";

const EXPECTED = "redis://host:6379, or rediss://user:password@host:6380 with TLS";

/** @param given after --redis; true if nothing is. @throws UsageError, which holds nothing of an address that cannot be read */
export function redisAddress(
  given: string | true,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): RedisAddress {
  const url = given === true ? (environment[REDIS_VARIABLE] ?? "") : given;
  const source = given === true ? REDIS_VARIABLE : "--redis";
  if (url === "") {
    throw new UsageError(
      `--redis has no address, and ${REDIS_VARIABLE} is not set; expected one of them to be ${EXPECTED}.`,
    );
  }
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !["redis:", "rediss:"].includes(parsed.protocol) || parsed.hostname === "") {
    throw new UsageError(`${source} is no address of a Redis; expected ${EXPECTED}.`);
  }
  return { url, shown: shownAddress(parsed) };
}

/** The user stays, the password and what follows the path go. */
function shownAddress({ protocol, username, password, host, pathname }: URL): string {
  const who = username === "" && password === "" ? "" : `${username}${password === "" ? "" : ":***"}@`;
  return `${protocol}//${who}${host}${pathname === "/" ? "" : pathname}`;
}

/** A text of a client or a server without the password, however it is spelled there. */
export function withoutSecrets(text: string, { url }: RedisAddress): string {
  const { password } = new URL(url);
  let clean = text.replaceAll(url, "***");
  for (const secret of new Set([password, decoded(password)])) {
    if (secret !== "") clean = clean.replaceAll(secret, "***");
  }
  return clean;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
