/**
 * What the custom elements share: properties that can be set before and after they stand in a page, and a drawing in a shadow
 * root that is made anew, once, when some of them have changed.
 */

import { render, type ComponentChild } from "preact";
import { sheet } from "./sheet.js";

/** In Node there are no elements: who renders pages there may import this, and gets classes that make none. */
const Base: typeof HTMLElement = "HTMLElement" in globalThis ? HTMLElement : (class {} as typeof HTMLElement);

export abstract class DrawnElement extends Base {
  #root: ShadowRoot | null = null;
  #isDue = false;
  #said = { sentence: "", count: 0 };

  /** Attributes are properties: texts, or null where they are taken away. */
  attributeChangedCallback(name: string, _: string | null, value: string | null): void {
    Object.assign(this, { [name]: value });
  }

  connectedCallback(): void {
    if (this.#root === null) {
      this.#root = this.attachShadow({ mode: "open" });
      this.#root.adoptedStyleSheets = [sheet()];
      // What was set before the class was known hides the property of that name.
      for (const name of Object.keys(this)) {
        const value: unknown = Reflect.get(this, name);
        Reflect.deleteProperty(this, name);
        Object.assign(this, { [name]: value });
      }
    }
    this.#draw();
  }

  disconnectedCallback(): void {
    if (this.#root !== null) render(null, this.#root);
  }

  /** What stands in the shadow root: a node of Preact, which those who use the element need not know. */
  protected abstract drawing(): unknown;

  /** Several properties that change together are drawn once. */
  protected changed(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (this.isConnected) this.#draw();
    });
  }

  /** To those who do not see it. */
  protected say(sentence: string): void {
    this.#said = { sentence, count: this.#said.count + 1 };
    this.changed();
  }

  protected tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #draw(): void {
    if (this.#root === null) return;
    const { sentence, count } = this.#said;
    render(
      <>
        {this.drawing() as ComponentChild}
        <p class="unseen" role="status" aria-live="polite">
          <span key={count}>{sentence}</span>
        </p>
      </>,
      this.#root,
    );
  }
}
