/** Load, save, share: models and data from files, the model as a file, the settings as an address. */

import { useEffect, useRef, useState } from "preact/hooks";
import { copyLink, linkToSettings, saveModel, takeFiles } from "../actions.js";
import { foreignPanel } from "../state/foreign-panel.js";
import { differences } from "../state/in-use.js";
import { select } from "../state/page-state.js";
import type { DroppedFile } from "../worker/data-files.js";

const settings = select((state) => state.settings);
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
  return (
    <div class="carry">
      <div class={`drop ${over ? "over" : ""}`}>
        <p>
          <b>Drop files anywhere on the page</b>, or{" "}
          <button type="button" onClick={() => chooser.current?.click()}>
            Choose files
          </button>
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label="Files to load"
            onChange={({ currentTarget }) => {
              const files = [...(currentTarget.files ?? [])].map((file) => ({ path: `/${file.name}`, file }));
              currentTarget.value = "";
              void takeFiles(files);
            }}
          />
        </p>
        <ul>
          <li>
            <code>model.safetensors</code> of a run (<code>atif train</code> writes one): the page shows that
            network.
          </li>
          <li>
            Networks of other tools: weights of PyTorch (<code>.pth</code>, <code>.pt</code>,{" "}
            <code>.ckpt</code>, <code>.safetensors</code>), with the file that describes them if there is one,
            or <code>.nir</code>.
          </li>
          <li>Two or four IDX files, gzipped or not, such as MNIST's: the page trains on them.</li>
          <li>
            Pictures with their class in the name (<code>cat_1.png</code>) or a folder per class: the page
            trains on them. One picture alone: the network looks at it.
          </li>
        </ul>
        <p class="muted">Nothing is uploaded: the files stay in this tab.</p>
      </div>
      {Foreign === null ? null : <Foreign />}
      <div>
        <h3>Save the network</h3>
        <p>Weights and thresholds in one file, which this page, the command line and PyTorch can read.</p>
        <button type="button" disabled={model.value === null} onClick={() => void saveModel()}>
          Save model.safetensors
        </button>
        <h3>Share the settings</h3>
        <p>
          The address holds every slider. The same settings and the same data give the same network, to the
          last bit.
          {isInUse.value
            ? ""
            : " The sliders have moved since the network at hand was made: it is another one."}
        </p>
        <div class="buttons">
          <input
            class="link"
            readOnly
            value={linkToSettings(settings.value)}
            aria-label="Address with these settings"
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
          <button type="button" onClick={() => void copyLink()}>
            Copy
          </button>
        </div>
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
