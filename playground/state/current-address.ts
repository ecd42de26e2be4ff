/** The address of the page as it is; written anew when a part that it holds has changed, and not with every batch. */

import { computed } from "@preact/signals";
import { addressOf } from "./page-address.js";
import { current, select } from "./page-state.js";

const parts = [
  select(({ settings }) => settings),
  select(({ input }) => input),
  select(({ staircases }) => staircases),
  select(({ wanted }) => wanted),
  select(({ shared }) => shared),
  select(({ model }) => model?.settings),
  select(({ training }) => training.result),
];

export const currentAddress = computed(() => {
  for (const part of parts) void part.value;
  return addressOf(current());
});
