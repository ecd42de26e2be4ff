/** A page of the reference: what a module exports, as TypeDoc reads it, in few words and as Markdown. */

import { makeRecursiveVisitor, ReflectionKind } from "typedoc";
import { anchorOf } from "./anchors.mjs";

/** Exported names in order, with the anchors of their headings; what a namespace holds follows it. */
export function namesOf(module) {
  return (module.children ?? []).map((reflection) => ({ reflection, anchor: anchorOf(reflection.name) }));
}

/** Text of a doc comment in Markdown that is compiled as a template: "<" and "{{" are text, and so is "[T, N]: what". */
function asText(text) {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("{{", "&#123;&#123;")
    .replace(/\[(?![^\]]*\]\(http)/g, "\\[");
}

const inCode = (text) => text.replace(/\s+/g, " ");

class ReferencePage {
  #page;
  #places;
  /** Where classes are written that have a place. */
  #files;

  constructor(page, places) {
    this.#page = page;
    this.#places = places;
    const classes = [...places.keys()].filter(({ kind }) => kind === ReflectionKind.Class);
    this.#files = new Set(
      classes.flatMap(({ sources = [] }) => sources.map(({ fullFileName }) => fullFileName)),
    );
  }

  link(reflection, text) {
    const { page, anchor } = this.#places.get(reflection);
    return `[${text}](${page === this.#page ? "" : page}#${anchor})`;
  }

  words(parts = []) {
    const words = parts.map((part) => {
      if (part.kind === "code") return part.text;
      if (part.kind !== "inline-tag") return asText(part.text);
      const text = `\`${part.text}\``;
      return this.#places.has(part.target) ? this.link(part.target, text) : text;
    });
    return words.join("").trim();
  }

  /** Of a class, what is not told with a class above it: what it has from one that is not exported is its own to a reader. */
  own(reflection) {
    return (reflection.children ?? []).filter((child) => !isInherited(child) || !this.#isTold(child));
  }

  #isTold({ sources = [], signatures, getSignature, setSignature }) {
    const files = [sources, signatures?.[0].sources, getSignature?.sources, setSignature?.sources].flatMap(
      (each) => each ?? [],
    );
    const isOfPlatform = (file) => file.includes("/node_modules/");
    return (
      files.length === 0 ||
      files.some(({ fullFileName }) => this.#files.has(fullFileName) || isOfPlatform(fullFileName))
    );
  }

  /** On one line, as an entry of a list has it; several paragraphs become one. */
  line(parts) {
    return this.words(parts).replace(/\s*\n\s*/g, " ");
  }

  /** Parameters with a comment, what comes back, what is thrown, where it is from. */
  tags(comment, parameters = []) {
    const lines = parameters
      .filter((each) => each.comment !== undefined)
      .map((each) => `\`${argumentName(each.name)}\`: ${this.line(each.comment.summary)}`);
    const named = { "@returns": "Returns", "@throws": "Throws", "@source": "Source:" };
    for (const { tag, content } of comment?.blockTags ?? []) {
      const name = named[tag];
      if (name !== undefined) lines.push(`*${name}* ${this.line(content)}`);
    }
    return lines;
  }

  examples(comment) {
    return (comment?.blockTags ?? [])
      .filter(({ tag }) => tag === "@example")
      .map(({ content }) => `${outdented(this.words(content))}\n`);
  }

  /** Documented types that a declaration speaks of. */
  related(reflection) {
    const found = new Set();
    const visitor = makeRecursiveVisitor({
      reference: ({ reflection: target }) => {
        if (target !== undefined && target !== reflection && this.#places.has(target)) found.add(target);
      },
    });
    const visit = (each) => {
      each.type?.visit(visitor);
      for (const type of each.extendedTypes ?? []) type.visit(visitor);
      for (const inner of [
        each.signatures,
        each.parameters,
        each.typeParameters,
        each.getSignature,
        each.setSignature,
      ]) {
        for (const one of [inner ?? []].flat()) visit(one);
      }
      for (const child of this.own(each)) visit(child);
    };
    visit(reflection);
    return [...found].map((target) => this.link(target, `\`${target.name}\``));
  }

  member(child) {
    const isProtected = child.flags.isProtected ? "protected " : "";
    const isStatic = child.flags.isStatic ? "static " : "";
    const ahead = `${isProtected}${isStatic}`;
    if (child.signatures !== undefined) {
      return child.signatures.map((signature) =>
        this.entry(`${ahead}${spelled(signature)}`, signature.comment, signature.parameters),
      );
    }
    const { getSignature, setSignature } = child;
    const isConst =
      (child.flags.isReadonly || (getSignature !== undefined && setSignature === undefined)) &&
      !child.flags.isStatic;
    const type = (getSignature ?? child).type ?? setSignature?.parameters?.[0].type;
    const code = `${ahead}${isConst ? "readonly " : ""}${child.name}${child.flags.isOptional ? "?" : ""}: ${type ?? "unknown"}`;
    const comment = getSignature?.comment ?? child.comment ?? setSignature?.comment;
    return [this.entry(code, comment, [])];
  }

  entry(code, comment, parameters) {
    const words = [this.line(comment?.summary), ...this.tags(comment, parameters)].filter(
      (each) => each !== "",
    );
    return `- \`${inCode(code)}\`${words.length === 0 ? "" : `: ${words.map(ended).join(" ")}`}`;
  }

  declaration(reflection) {
    const { name, comment, kind, signatures = [] } = reflection;
    const [first] = signatures;
    const told = comment ?? first?.comment;
    const members = this.own(reflection).filter(({ kind: each }) => each !== ReflectionKind.Constructor);
    const makers = (reflection.children ?? [])
      .filter((child) => child.kind === ReflectionKind.Constructor)
      .flatMap((child) => child.signatures ?? []);
    const related = this.related(reflection);
    return [
      `## \`${name}\`\n`,
      `\`\`\`ts\n${heads(reflection, makers, kind).join("\n")}\n\`\`\`\n`,
      this.words(told?.summary),
      "",
      ...this.tags(told, [
        ...(first?.parameters ?? []),
        ...makers.flatMap(({ parameters }) => parameters ?? []),
      ]).map((line) => `- ${line}`),
      "",
      ...this.examples(told),
      ...(members.length === 0 ? [] : ["", ...members.flatMap((child) => this.member(child)), ""]),
      ...(related.length === 0 ? [] : [`See ${related.join(", ")}.`, ""]),
    ].join("\n");
  }
}

/** A comment's block of code, whose lines after the first are indented as the comment is. */
const outdented = (block) =>
  /^```\w*\n.*(?:\n {2}.*)*\n *```$/.test(block) ? block.replace(/\n {2}/g, "\n") : block;

const ended = (sentence) => (/[.:!?]$/.test(sentence) ? sentence : `${sentence}.`);

function isInherited({ inheritedFrom, signatures, getSignature, setSignature }) {
  return [
    inheritedFrom,
    signatures?.[0]?.inheritedFrom,
    getSignature?.inheritedFrom,
    setSignature?.inheritedFrom,
  ].some((each) => each !== undefined);
}

/** What TypeDoc calls an argument that is taken apart where it is declared. */
const argumentName = (name) => (name === "__namedParameters" ? "options" : name);

/** What fits on a page without scrolling. */
const COLUMNS = 70;

/** "forward(x: Tensor): Tensor" @param width of a line; where it is more, each argument has one of its own */
function spelled({ name, parameters = [], type, typeParameters = [] }, called = name, width = Infinity) {
  const types =
    typeParameters.length === 0
      ? ""
      : `<${typeParameters.map((each) => each.name + (each.type === undefined ? "" : ` extends ${each.type}`)).join(", ")}>`;
  const args = parameters.map(
    ({ name: each, type: of, flags, defaultValue }) =>
      `${flags.isRest ? "..." : ""}${argumentName(each)}${flags.isOptional || defaultValue !== undefined ? "?" : ""}: ${of}`,
  );
  const result = type === undefined ? "" : `: ${type}`;
  const line = `${called}${types}(${args.join(", ")})${result}`;
  if (line.length <= width || args.length === 0) return line;
  return `${called}${types}(\n${args.map((each) => `  ${each},\n`).join("")})${result}`;
}

/** A type behind "=": one that is long has a line for each of its alternatives. */
function broken(type) {
  const alternatives = type.type === "union" ? type.types.map(String) : [];
  const line = ` ${type}`;
  return line.length <= COLUMNS || alternatives.length === 0
    ? line
    : alternatives.map((each) => `\n  | ${each}`).join("");
}

/** The declaration as code, without what stands in it. */
function heads(reflection, makers, kind) {
  const { name, signatures = [], extendedTypes = [], type } = reflection;
  const above = extendedTypes.length === 0 ? "" : ` extends ${extendedTypes.map(String).join(", ")}`;
  const abstract = reflection.flags.isAbstract ? "abstract " : "";
  if (kind === ReflectionKind.Class) {
    return [
      `${abstract}class ${name}${above}`,
      ...(abstract === ""
        ? makers.map((maker) => `new ${spelled({ ...maker, type: undefined }, name, COLUMNS - 4)}`)
        : []),
    ];
  }
  if (kind === ReflectionKind.Interface) return [`interface ${name}${above}`];
  if (kind === ReflectionKind.Function)
    return signatures.map((signature) => `function ${spelled(signature, signature.name, COLUMNS - 9)}`);
  if (kind === ReflectionKind.TypeAlias) return [`type ${name} =${broken(type)}`];
  if (kind === ReflectionKind.Namespace) return [`namespace ${name}`];
  return [`const ${name}: ${type}`];
}

/** @param places page and anchor of every name that has one */
export function referencePage(title, module, page, places) {
  const writer = new ReferencePage(page, places);
  return [`# ${title}\n`, ...namesOf(module).map(({ reflection }) => writer.declaration(reflection))].join(
    "\n",
  );
}
