/** Load, save, share: models and data from files, the model as a file, the settings as an address. */

import { useEffect, useRef, useState } from "preact/hooks";
import { copyLink, SAVED_AS, saveModel, takeFiles } from "../actions.js";
import { linkTo } from "../address.js";
import { currentAddress as address } from "../state/current-address.js";
import { drawingToText } from "../state/drawing-code.js";
import { foreignPanel } from "../state/foreign-panel.js";
import { differences } from "../state/in-use.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import type { DroppedFile } from "../worker/data-files.js";
import { Cite } from "./cite.js";
import { Emphasised } from "./emphasised.js";
import "./carry.css";

/** Whether the drawing is too long for an address, or what is looked at is in a file. */
const lacksInput = select(
  ({ input }) =>
    input.source === "picture" ||
    input.source === "recording" ||
    (input.source === "drawing" && drawingToText(input.strokes) === null),
);
const model = select((state) => state.model);
/** Whether the sliders still say what the network at hand was made with. */
const isInUse = select(
  ({ model, settings }) => !model?.settings || differences(model.settings, settings).length === 0,
);

export function CarryPanel() {
  const chooser = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  useEffect(() => {
    // Anywhere on the page: a file that misses the field would otherwise replace the page.
    const onDragOver = (event: DragEvent): void => {
      event.preventDefault();
      setOver(true);
    };
    const onDragLeave = (): void => setOver(false);
    const onDrop = (event: DragEvent): void => {
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer !== null) void droppedFiles(event.dataTransfer).then(takeFiles);
    };
    addEventListener("dragover", onDragOver);
    addEventListener("dragleave", onDragLeave);
    addEventListener("drop", onDrop);
    return () => {
      removeEventListener("dragover", onDragOver);
      removeEventListener("dragleave", onDragLeave);
      removeEventListener("drop", onDrop);
    };
  }, []);
  const Foreign = foreignPanel.value;
  const { carry } = words;
  return (
    <div class="carry">
      <div class={`drop ${over ? "over" : ""}`}>
        <p>
          <Emphasised text={carry.drop} />{" "}
          <button type="button" onClick={() => chooser.current?.click()}>
            {carry.choose}
          </button>
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label={carry.files}
            onChange={({ currentTarget }) => {
              const files = [...(currentTarget.files ?? [])].map((file) => ({ path: `/${file.name}`, file }));
              currentTarget.value = "";
              void takeFiles(files);
            }}
          />
        </p>
        <ul>
          {carry.kinds.map((kind, i) => (
            <li key={i}>
              <Emphasised text={kind} />
            </li>
          ))}
        </ul>
        <p class="muted">{carry.nothingUploaded}</p>
      </div>
      {Foreign === null ? null : <Foreign />}
      <div>
        <h3>{carry.save}</h3>
        <p>{carry.saveHelp}</p>
        <button type="button" disabled={model.value === null} onClick={() => void saveModel()}>
          {carry.saveFile(SAVED_AS)}
        </button>
        <h3>{carry.share}</h3>
        <p>
          {carry.shareHelp}
          {isInUse.value ? "" : ` ${carry.isOther}`}
          {lacksInput.value ? ` ${carry.lacksInput}` : ""}
        </p>
        <div class="buttons">
          <input
            class="link"
            readOnly
            value={linkTo(address.value)}
            aria-label={carry.address}
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
          <button type="button" onClick={() => void copyLink()}>
            {carry.copy}
          </button>
        </div>
        <Cite />
      </div>
    </div>
  );
}

/** Files, and those in folders. */
async function droppedFiles(transfer: DataTransfer): Promise<DroppedFile[]> {
  // Entries must be asked for before anything is awaited.
  const entries = [...transfer.items].flatMap((item) => {
    const entry = item.webkitGetAsEntry();
    return entry === null ? [] : [entry];
  });
  if (entries.length === 0) return [...transfer.files].map((file) => ({ path: `/${file.name}`, file }));
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<DroppedFile[]> {
  if (entry instanceof FileSystemFileEntry) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ path: entry.fullPath, file }];
  }
  if (!(entry instanceof FileSystemDirectoryEntry)) return [];
  const reader = entry.createReader();
  const files: DroppedFile[] = [];
  // A reader gives some at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return files;
    files.push(...(await Promise.all(some.map(filesOf))).flat());
  }
}
